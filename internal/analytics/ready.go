package analytics

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"
)

// ReadyDashboard is a built-in dashboard.
type ReadyDashboard struct {
	Name string `json:"name"`
	DashboardSpec
}

//go:embed dashboards/*.yaml
var dashboardFiles embed.FS

// readyOrder is the order of the built-in dashboards for people.
var readyOrder = []string{"performance", "channels", "cac-and-revenue", "budget-pacing", "data-health"}

// ReadyDashboards returns the built-in dashboards. A caller must not change them.
var ReadyDashboards = sync.OnceValue(func() (all []ReadyDashboard) {
	for _, name := range readyOrder {
		text, err := dashboardFiles.ReadFile(path.Join("dashboards", name+".yaml"))
		if err != nil {
			panic(err) // the program was built without it
		}
		found, err := ReadDashboards(text)
		if err != nil {
			panic(fmt.Errorf("the built-in dashboard %s: %w", name, err))
		}
		all = append(all, found...)
	}
	return slices.Clip(all)
})

// ReadDashboards reads the dashboards of a YAML file, which stand under the key
// dashboards. Other keys of the file are not read. An unknown key of a dashboard is an
// error.
func ReadDashboards(text []byte) ([]ReadyDashboard, error) {
	var file struct {
		Dashboards any `yaml:"dashboards"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("read the YAML file: %w", err)
	}
	// The fields and their names are those of the API, whose form is JSON.
	asJSON, err := json.Marshal(file.Dashboards)
	if err != nil {
		return nil, fmt.Errorf("read the dashboards: %w", err)
	}
	var all []ReadyDashboard
	into := json.NewDecoder(bytes.NewReader(asJSON))
	into.DisallowUnknownFields()
	if err := into.Decode(&all); err != nil {
		return nil, fmt.Errorf("read the dashboards: %w", err)
	}
	return all, nil
}
