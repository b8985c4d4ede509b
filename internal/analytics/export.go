package analytics

import (
	"bytes"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Export writes all definitions in force as one file that Load reads: a model or metric of
// a later file stands for an earlier one of the same name.
func Export(files ...File) (string, error) {
	x := &exporter{models: map[string]*yaml.Node{}, metrics: map[string]exported{}}
	for _, f := range files {
		var doc struct {
			Models  []yaml.Node `yaml:"models"`
			Metrics []yaml.Node `yaml:"metrics"`
		}
		if err := yaml.Unmarshal(f.Text, &doc); err != nil {
			return "", Problem{File: f.Name, Message: plainYAML(err)}
		}
		for i := range doc.Models {
			x.model(&doc.Models[i])
		}
		for i := range doc.Metrics {
			x.metric("", &doc.Metrics[i])
		}
	}
	return x.text()
}

// exported is a metric and the model that it stands below; empty = it stands by itself.
type exported struct {
	model string
	node  *yaml.Node
}

type exporter struct {
	models                  map[string]*yaml.Node
	metrics                 map[string]exported
	modelOrder, metricOrder []string // names, in the order of the files
}

func (x *exporter) model(n *yaml.Node) {
	name := valueOf(n, "name")
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != "metrics" {
			continue
		}
		for _, m := range n.Content[i+1].Content {
			x.metric(name, m)
		}
		n.Content = slices.Delete(n.Content, i, i+2)
		break
	}
	if x.models[name] == nil {
		x.modelOrder = append(x.modelOrder, name)
	}
	x.models[name] = n
}

func (x *exporter) metric(model string, n *yaml.Node) {
	name := valueOf(n, "name")
	if x.metrics[name].node == nil {
		x.metricOrder = append(x.metricOrder, name)
	}
	x.metrics[name] = exported{model, n}
}

// below returns the metrics that stand below a model.
func (x *exporter) below(model string) *yaml.Node {
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for _, name := range x.metricOrder {
		if x.metrics[name].model == model {
			list.Content = append(list.Content, x.metrics[name].node)
		}
	}
	return list
}

func (x *exporter) text() (string, error) {
	models := &yaml.Node{Kind: yaml.SequenceNode}
	for _, name := range x.modelOrder {
		n := x.models[name]
		if list := x.below(name); len(list.Content) > 0 {
			n.Content = append(n.Content, keyNode("metrics"), list)
		}
		models.Content = append(models.Content, n)
	}
	root := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{keyNode("models"), models, keyNode("metrics"), x.below("")}}
	var out bytes.Buffer
	into := yaml.NewEncoder(&out)
	into.SetIndent(2)
	if err := into.Encode(root); err != nil {
		return "", fmt.Errorf("write the definitions: %w", err)
	}
	return out.String(), into.Close()
}

func keyNode(name string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: name} }

// valueOf returns the value of a key of a mapping.
func valueOf(n *yaml.Node, key string) string {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1].Value
		}
	}
	return ""
}
