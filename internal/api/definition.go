package api

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"adtally"
	"adtally/internal/analytics"
)

// definitions serves the files that define metrics.
type definitions struct{ sources }

func (g definitions) register() {
	const list, one = "/api/v1/definitions", "/api/v1/definitions/{name}"
	handle(g.shell, operation{ID: "list-definitions", Method: http.MethodGet, Path: list, Tag: tagAnalytics, Access: forViewers, Summary: "List the files with definitions of metrics"}, g.list)
	handle(g.shell, operation{ID: "check-definition", Method: http.MethodPost, Path: list + "/check", Tag: tagAnalytics, Access: forEditors, Summary: "Check a file with definitions",
		Text: "Checks it together with all other files, and lists the metrics that it would change. Nothing is stored."}, g.check)
	handle(g.shell, operation{ID: "export-definitions", Method: http.MethodGet, Path: list + ".yaml", Tag: tagAnalytics, Access: forViewers, Stream: yamlText, Summary: "Export all definitions in force as one YAML file"}, g.export)
	handle(g.shell, operation{ID: "get-definition", Method: http.MethodGet, Path: one, Tag: tagAnalytics, Access: forViewers, Summary: "Get a file with definitions"}, g.get)
	handle(g.shell, operation{ID: "set-definition", Method: http.MethodPut, Path: one, Tag: tagAnalytics, Access: forEditors, Summary: "Create or replace a file with definitions",
		Text: `To create a file, send If-Match: "0". An invalid file is refused with the lines in errors. A file that contains SQL requires the role admin.`, Refuses: []int{http.StatusConflict}}, g.set)
	handle(g.shell, operation{ID: "delete-definition", Method: http.MethodDelete, Path: one, Tag: tagAnalytics, Access: forEditors, Summary: "Delete a file with definitions",
		Text: "A file whose metrics are used by other files is not deleted. Its versions stay.", Refuses: []int{http.StatusConflict}}, g.remove)
	handle(g.shell, operation{ID: "list-definition-versions", Method: http.MethodGet, Path: one + "/versions", Tag: tagAnalytics, Access: forViewers, Summary: "List the versions of a file with definitions, newest first"}, g.versions)
}

// yamlText is the media type of a YAML file.
const yamlText = "application/yaml"

// DefinitionFile is a file with definitions.
type DefinitionFile struct {
	Name    string     `json:"name" example:"own" doc:"Name of the file"`
	BuiltIn bool       `json:"built_in" doc:"Whether the file comes with Adtally; it cannot be changed"`
	YAML    string     `json:"yaml" doc:"Content of the file"`
	Version int64      `json:"version" doc:"Version, from 1; 0 = built in"`
	Updated *time.Time `json:"updated,omitempty" doc:"When the version was stored; absent = built in"`
	By      string     `json:"by,omitempty" doc:"Who stored the version, as kind:id"`
	ByName  string     `json:"by_name,omitempty" doc:"Current name of who stored it"`
}

// DefinitionVersion is a version of a file with definitions.
type DefinitionVersion struct {
	Version int64     `json:"version" doc:"Version, from 1"`
	YAML    string    `json:"yaml" doc:"Content of the file"`
	Deleted bool      `json:"deleted" doc:"Whether this version is the deletion of the file"`
	At      time.Time `json:"at" doc:"When the version was stored"`
	By      string    `json:"by" doc:"Who stored it, as kind:id"`
	ByName  string    `json:"by_name,omitempty" doc:"Current name of who stored it"`
}

// DefinitionCheck is the result of a check.
type DefinitionCheck struct {
	Valid   bool              `json:"valid" doc:"Whether the file can be stored"`
	Errors  []DefinitionError `json:"errors" nullable:"false" doc:"What is wrong"`
	Metrics []ChangedMetric   `json:"metrics" nullable:"false" doc:"Metrics that the file changes"`
	SQL     bool              `json:"sql" doc:"Whether the file contains SQL; only an admin can store it"`
}

// DefinitionError is what is wrong at a place of a file.
type DefinitionError struct {
	Line    int    `json:"line" doc:"Line, from 1; 0 = the file as a whole"`
	Message string `json:"message" doc:"What is wrong, in one sentence"`
	Hint    string `json:"hint,omitempty" doc:"How to fix it"`
}

// ChangedMetric is a metric that a file changes.
type ChangedMetric struct {
	Metric string `json:"metric" doc:"Name of the metric"`
	Change string `json:"change" enum:"added,changed,removed" doc:"What the file does to it"`
}

// ByName is the name of a file in a path.
type ByName struct {
	Name string `path:"name" pattern:"^[a-z][a-z0-9_-]{0,59}$" doc:"Name of the file: lower case letters, digits, _ and -"`
}

type oneDefinition struct {
	ETag string `header:"ETag" doc:"Send it as If-Match with an update"`
	Body DefinitionFile
}

type checkedDefinition struct{ Body DefinitionCheck }

func definitionOf(v adtally.StoredDefinition, name func(string) string) DefinitionFile {
	return DefinitionFile{v.Name, false, v.YAML, v.Version, timeOrNil(v.At), v.By, name(v.By)}
}

func (g definitions) list(ctx context.Context, _ Caller, _ *struct{}) (*listed[DefinitionFile], error) {
	own, err := g.Definitions.Definitions(ctx)
	if err != nil {
		return nil, err
	}
	out := &listed[DefinitionFile]{}
	out.Body.Items = []DefinitionFile{}
	builtIn := g.Analytics.BuiltIn()
	for _, name := range slices.Sorted(maps.Keys(builtIn)) {
		out.Body.Items = append(out.Body.Items, DefinitionFile{Name: name, BuiltIn: true, YAML: builtIn[name]})
	}
	names := g.names(ctx)
	for _, v := range own {
		out.Body.Items = append(out.Body.Items, definitionOf(v, names))
	}
	return out, nil
}

func (g definitions) get(ctx context.Context, _ Caller, in *struct{ ByName }) (*oneDefinition, error) {
	if text, ok := g.Analytics.BuiltIn()[in.Name]; ok {
		return &oneDefinition{etag(0), DefinitionFile{Name: in.Name, BuiltIn: true, YAML: text}}, nil
	}
	all, err := g.Definitions.DefinitionVersions(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 || all[0].Deleted {
		return nil, noDefinition(in.Name)
	}
	return &oneDefinition{etag(all[0].Version), definitionOf(all[0], g.names(ctx))}, nil
}

func noDefinition(name string) error {
	return refusal("not_found", "There is no file "+name, "See list-definitions.")
}

func (g definitions) versions(ctx context.Context, _ Caller, in *struct{ ByName }) (*listed[DefinitionVersion], error) {
	all, err := g.Definitions.DefinitionVersions(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	if _, builtIn := g.Analytics.BuiltIn()[in.Name]; len(all) == 0 && !builtIn {
		return nil, noDefinition(in.Name)
	}
	out := &listed[DefinitionVersion]{}
	out.Body.Items = []DefinitionVersion{}
	name := g.names(ctx)
	for _, v := range all {
		out.Body.Items = append(out.Body.Items, DefinitionVersion{v.Version, v.YAML, v.Deleted, v.At.UTC(), v.By, name(v.By)})
	}
	return out, nil
}

// DefinitionText is the content of a file.
type DefinitionText struct {
	YAML string `json:"yaml" minLength:"1" maxLength:"500000" doc:"Content of the file"`
}

func (g definitions) check(ctx context.Context, _ Caller, in *struct {
	Body struct {
		DefinitionText
		Name string `json:"name,omitempty" pattern:"^([a-z][a-z0-9_-]{0,59})?$" doc:"Name of the file that it would replace; absent = a new one"`
	}
},
) (*checkedDefinition, error) {
	checked, err := g.Analytics.CheckDefinition(ctx, in.Body.Name, in.Body.YAML)
	if err != nil {
		return nil, analyticsProblem(err)
	}
	return &checkedDefinition{definitionCheckOf(checked)}, nil
}

func definitionCheckOf(c analytics.CheckedDefinition) DefinitionCheck {
	out := DefinitionCheck{Valid: len(c.Problems) == 0, Errors: []DefinitionError{}, Metrics: []ChangedMetric{}, SQL: c.SQL}
	for _, p := range c.Problems {
		out.Errors = append(out.Errors, DefinitionError(p))
	}
	for _, m := range c.Changes {
		out.Metrics = append(out.Metrics, ChangedMetric(m))
	}
	return out
}

func (g definitions) set(ctx context.Context, who Caller, in *struct {
	ByName
	Edit
	Body DefinitionText
},
) (*oneDefinition, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	v := adtally.StoredDefinition{Name: in.Name, Version: version + 1, YAML: in.Body.YAML, At: g.Now(), By: who.String()}
	if err := g.store(ctx, who, v); err != nil {
		return nil, err
	}
	return &oneDefinition{etag(v.Version), definitionOf(v, g.names(ctx))}, nil
}

func (g definitions) remove(ctx context.Context, who Caller, in *struct {
	ByName
	Edit
},
) (*nothing, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	all, err := g.Definitions.DefinitionVersions(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	if _, builtIn := g.Analytics.BuiltIn()[in.Name]; !builtIn && (len(all) == 0 || all[0].Deleted) {
		return nil, noDefinition(in.Name)
	}
	return nil, g.store(ctx, who, adtally.StoredDefinition{Name: in.Name, Version: version + 1, Deleted: true, At: g.Now(), By: who.String()})
}

// store checks a version of a file and stores it.
func (g definitions) store(ctx context.Context, who Caller, v adtally.StoredDefinition) error {
	if _, builtIn := g.Analytics.BuiltIn()[v.Name]; builtIn {
		return refusal("conflict", "The file "+v.Name+" comes with Adtally and cannot be changed", "Write a file with another name.")
	}
	checked, err := g.Analytics.CheckDefinition(ctx, v.Name, v.YAML)
	switch {
	case err != nil:
		return analyticsProblem(err)
	case len(checked.Problems) > 0 && v.Deleted:
		return refusal("conflict", "Other definitions need this file: "+checked.Problems[0].Message, "Change these first.")
	case len(checked.Problems) > 0:
		return badDefinition(checked.Problems)
	case checked.SQL && !who.May(adtally.Admin, ""):
		return refusal("forbidden", "A file that contains SQL requires the role admin", "Ask an admin to store it.")
	}
	what := "definition.set"
	if v.Deleted {
		what = "definition.delete"
	}
	return g.Definitions.AddDefinition(ctx, v, g.audited(who, what, object("definition", v.Name), map[string]string{"version": fmt.Sprint(v.Version)}))
}

// badDefinition names the lines of a file that are wrong.
func badDefinition(all []analytics.DefinitionProblem) error {
	p := &Problem{Status: http.StatusUnprocessableEntity, Detail: withStop(all[0].Message), Code: "invalid", Act: adtally.Configure, Hint: "Correct the lines that are named in errors."}
	for _, one := range all {
		p.Errors = append(p.Errors, FieldError{Field: fmt.Sprintf("body.yaml:%d", one.Line), Message: one.Message})
	}
	return p.named()
}

func (g definitions) export(ctx context.Context, _ Caller, _ *struct{}) (*huma.StreamResponse, error) {
	text, err := g.Analytics.Export(ctx)
	if err != nil {
		return nil, analyticsProblem(err)
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", yamlText)
		out.SetHeader("Content-Disposition", `attachment; filename="definitions.yaml"`)
		if _, err := out.BodyWriter().Write([]byte(text)); err != nil {
			g.shell.Log.DebugContext(ctx, "the client closed the connection before the file was sent", "error", err)
		}
	}}, nil
}
