package analytics

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// document is the shape of a file of definitions. Unknown keys are errors.
type document struct {
	Models     []yamlModel  `yaml:"models"`
	Metrics    []yamlMetric `yaml:"metrics"`
	Dashboards yaml.Node    `yaml:"dashboards"` // read elsewhere
}

type yamlModel struct {
	Name        string `yaml:"name"`
	Description string `yaml:"description"`
	Config      struct {
		Meta yamlModelMeta `yaml:"meta"`
	} `yaml:"config"`
	SemanticModel bool         `yaml:"semantic_model"`
	Time          string       `yaml:"agg_time_dimension"`
	PrimaryEntity string       `yaml:"primary_entity"`
	Columns       []yamlColumn `yaml:"columns"`
	Metrics       []yamlMetric `yaml:"metrics"`
}

type yamlModelMeta struct {
	Title      string          `yaml:"title"`
	Table      string          `yaml:"table"`
	SQL        string          `yaml:"sql"`
	Key        []string        `yaml:"key"`
	Coverage   string          `yaml:"coverage"`
	CoverageBy string          `yaml:"coverage_by"`
	Finer      string          `yaml:"finer"`
	Where      []yamlCondition `yaml:"where"`
	Requires   []string        `yaml:"requires"`
	Absent     string          `yaml:"absent"`
}

type yamlColumn struct {
	Name        string `yaml:"name"`
	Description string `yaml:"description"`
	Granularity string `yaml:"granularity"`
	Dimension   *struct {
		Type string `yaml:"type"`
	} `yaml:"dimension"`
	Entity *struct {
		Type string `yaml:"type"`
		Name string `yaml:"name"`
	} `yaml:"entity"`
	Config struct {
		Meta struct {
			Title  string `yaml:"title"`
			Zone   string `yaml:"zone"`
			Role   string `yaml:"role"`
			Names  string `yaml:"names"`
			Hidden bool   `yaml:"hidden"`
			Expr   string `yaml:"expr"`
			Rule   string `yaml:"rule"`
		} `yaml:"meta"`
	} `yaml:"config"`
}

type yamlCondition struct {
	Column string   `yaml:"column"`
	In     []string `yaml:"in"`
	NotIn  []string `yaml:"not_in"`
	NotSet string   `yaml:"not_in_setting"`
	Is     *bool    `yaml:"is"`
}

type yamlFilter struct {
	Dimension string   `yaml:"dimension"`
	In        []string `yaml:"in"`
	NotIn     []string `yaml:"not_in"`
}

type yamlMetric struct {
	Name         string `yaml:"name"`
	Type         string `yaml:"type"`
	Description  string `yaml:"description"`
	Agg          string `yaml:"agg"`
	Expr         string `yaml:"expr"`
	Time         string `yaml:"agg_time_dimension"`
	Numerator    string `yaml:"numerator"`
	Denominator  string `yaml:"denominator"`
	InputMetrics []struct {
		Name string `yaml:"name"`
	} `yaml:"input_metrics"`
	Config struct {
		Meta yamlMetricMeta `yaml:"meta"`
	} `yaml:"config"`

	line int
}

type yamlMetricMeta struct {
	Title      string          `yaml:"title"`
	Caveat     string          `yaml:"caveat"`
	Unit       string          `yaml:"unit"`
	Decimals   *int            `yaml:"decimals"`
	Better     string          `yaml:"better"`
	Additivity string          `yaml:"additivity"`
	Claimed    bool            `yaml:"claimed"`
	Hidden     bool            `yaml:"hidden"`
	Native     bool            `yaml:"native"`
	Scope      string          `yaml:"scope"`
	Where      []yamlCondition `yaml:"where"`
	Only       []yamlFilter    `yaml:"only"`
	With       string          `yaml:"campaigns_with"`
	Without    string          `yaml:"campaigns_without"`
	Unparsed   string          `yaml:"unparsed"`
	OnlyWhole  []string        `yaml:"only_whole"`
	Special    string          `yaml:"special"`
	Uses       []string        `yaml:"uses"`
	Held       []struct {
		By    []string `yaml:"by"`
		Grain string   `yaml:"grain"`
		Model string   `yaml:"model"`
	} `yaml:"held"`
}

// UnmarshalYAML also notes the line, which messages name.
func (m *yamlMetric) UnmarshalYAML(n *yaml.Node) error {
	type plain yamlMetric
	if err := strict(n, (*plain)(m)); err != nil {
		return err
	}
	m.line = n.Line
	return nil
}

// strict decodes a node and refuses unknown keys, which Node.Decode does not.
func strict(n *yaml.Node, into any) error {
	text, err := yaml.Marshal(n)
	if err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("line %d: %s", n.Line, strings.TrimPrefix(plainYAML(err), "line 1: "))
	}
	return nil
}

// Problem is a mistake in a definition.
type Problem struct {
	File    string
	Line    int // 0 = of the whole file
	Message string
}

func (p Problem) Error() string {
	if p.Line > 0 {
		return fmt.Sprintf("%s, line %d: %s", p.File, p.Line, p.Message)
	}
	return p.File + ": " + p.Message
}

func decode(f File) (d document, err error) {
	in := yaml.NewDecoder(bytes.NewReader(f.Text))
	in.KnownFields(true)
	if err := in.Decode(&d); err != nil && !errors.Is(err, io.EOF) {
		line := 0
		text := plainYAML(err)
		if _, scanErr := fmt.Sscanf(text, "line %d:", &line); scanErr == nil {
			_, text, _ = strings.Cut(text, ": ")
		}
		return d, Problem{File: f.Name, Line: line, Message: text}
	}
	return d, nil
}

// plainYAML shortens the decoder's messages, which name our types.
func plainYAML(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	text = strings.TrimSpace(strings.TrimPrefix(text, "unmarshal errors:\n"))
	text, _, _ = strings.Cut(text, "\n")
	if before, _, ok := strings.Cut(text, " not found in type"); ok {
		return strings.Replace(before, "field ", "the key ", 1) + " is not known"
	}
	return text
}

func conditions(all []yamlCondition) (out []Condition) {
	for _, c := range all {
		k := Condition{Column: c.Column, In: c.In, NotIn: c.NotIn, Set: c.NotSet}
		if c.Is != nil {
			k.IsTrue, k.Not = *c.Is, !*c.Is
		}
		out = append(out, k)
	}
	return out
}

// formula returns the expression of a calculated metric.
func (m yamlMetric) formula() string {
	if m.Type == "ratio" {
		return m.Numerator + " / " + m.Denominator
	}
	return m.Expr
}

func (m yamlMetric) decimals() int {
	if d := m.Config.Meta.Decimals; d != nil {
		return *d
	}
	switch m.Config.Meta.Unit {
	case "money":
		return 2
	case "ratio":
		return 4
	case "percent":
		return 6
	}
	return 0
}

func (m yamlMetric) metric(model string) *Metric {
	meta := m.Config.Meta
	out := &Metric{Name: m.Name, Title: cmp.Or(meta.Title, m.Name), Description: m.Description, Caveat: meta.Caveat, Unit: cmp.Or(meta.Unit, "count"), Decimals: m.decimals(),
		Better: meta.Better, Claimed: meta.Claimed, Hidden: meta.Hidden, Native: meta.Native, Scope: Scope(meta.Scope), Where: conditions(meta.Where), With: meta.With, ZeroOf: meta.Without, Unparsed: meta.Unparsed,
		OnlyWhole: meta.OnlyWhole, Special: meta.Special, Uses: meta.Uses, None: meta.Additivity == "none", line: m.line}
	for _, f := range meta.Only {
		out.Only = append(out.Only, Filter(f))
	}
	for _, h := range meta.Held {
		out.Held = append(out.Held, Held{By: h.By, Grain: Grain(h.Grain), Model: h.Model})
	}
	switch m.Type {
	case "simple":
		out.Model, out.Agg, out.Expr, out.Time = model, m.Agg, m.Expr, m.Time
	case "ratio", "derived":
		out.Formula = m.formula()
	}
	return out
}
