package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"adtally"
)

// schema is a schema of the OpenAPI document.
type schema struct {
	Type       any               `json:"type"`
	Format     string            `json:"format"`
	Enum       []any             `json:"enum"`
	Minimum    *float64          `json:"minimum"`
	Items      *schema           `json:"items"`
	Properties map[string]schema `json:"properties"`
	Ref        string            `json:"$ref"`
}

// param is a parameter of an operation.
type param struct {
	Name, In string
	Required bool
	Schema   schema
}

// described holds the parts of the OpenAPI document that these tests read.
type described struct {
	Paths map[string]map[string]struct {
		ID          string `json:"operationId"`
		Description string
		Parameters  []param
		Responses   map[string]struct {
			Content map[string]json.RawMessage
		}
	}
	Components struct{ Schemas map[string]schema }
}

func (h *testServer) described() (d described) {
	h.t.Helper()
	h.ask("GET", "/api/openapi.json", "").is(http.StatusOK).into(&d)
	return d
}

// days and moments are the names of properties that hold days and times.
var (
	days    = []string{"day", "from", "to"}
	moments = []string{"started", "ended", "created", "expires", "at", "asked", "admitted", "written", "made"}
)

func TestDocument_DaysHaveFormatDate(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	d := h.described()
	seen := 0
	check := func(where, name string, s schema) {
		want := ""
		switch {
		case slices.Contains(days, name), (name == "since" || name == "until") && !strings.Contains(where, "audit") && !strings.Contains(where, "Incident") && !strings.Contains(where, "Fault") && !strings.Contains(where, "Health") && !strings.Contains(where, "Problem"):
			want = "date"
		case slices.Contains(moments, name), name == "since", name == "until":
			want = "date-time"
		}
		if want == "" || where == "Tile" || where == "SharedTile" || where == "AuditEntry" && name == "from" || strings.HasPrefix(where, "/auth/") {
			return
		}
		if seen++; s.Format != want {
			t.Errorf("%s: %s has the format %q, want %q", where, name, s.Format, want)
		}
	}
	for name, s := range d.Components.Schemas {
		for field, f := range s.Properties {
			check(name, field, f)
		}
	}
	for path, methods := range d.Paths {
		for _, o := range methods {
			for _, p := range o.Parameters {
				check(path, p.Name, p.Schema)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d days and moments were found", seen)
	}
}

// example returns a value that the schema allows.
func (s schema) example() string {
	switch {
	case len(s.Enum) > 0:
		return fmt.Sprint(s.Enum[0])
	case s.Items != nil:
		return s.Items.example()
	case s.Format == "date":
		return "2026-01-02"
	case s.Format == "date-time":
		return "2026-01-02T03:04:05Z"
	case s.Type == "integer":
		if s.Minimum != nil {
			return fmt.Sprint(*s.Minimum)
		}
		return "1"
	case s.Type == "boolean":
		return "true"
	}
	return "x"
}

// Every documented query parameter is accepted with a valid value, and an empty value
// counts as absent.
func TestDocument_QueryParametersAreAccepted(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	source := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(http.StatusCreated).field("id")
	run := h.ask("POST", "/api/v1/sources/"+source+"/runs", `{}`).is(http.StatusCreated).field("id")
	board := h.ask("POST", "/api/v1/dashboards", someDashboard).is(http.StatusCreated).field("id")
	link := h.ask("POST", "/api/v1/share-links", `{"name":"x","dashboard":"`+board+`","filters":["channel"]}`).is(http.StatusCreated)
	id := (&subscribing{sharing: &sharing{testServer: h}}).NewChannel("slack")
	subscription := h.ask("POST", "/api/v1/subscriptions", `{"dashboard":"`+board+`","channel":"`+id+`","when":{"every":"day","hour":"08:00","zone":"UTC"}}`).is(http.StatusCreated).field("id")
	asked := 0
	for path, methods := range h.described().Paths {
		o, reads := methods["get"]
		if !reads || strings.Contains(path, "/auth/") {
			continue
		}
		id := source
		if strings.Contains(path, "/runs/") {
			id = run
		}
		header := "Accept: */*"
		switch {
		case strings.HasPrefix(path, "/s/"):
			header = "Authorization: Share " + link.field("token")
		case strings.Contains(path, "/share-links"):
			id = link.field("id")
		case strings.Contains(path, "/subscriptions"):
			id = subscription
		}
		at := strings.NewReplacer("{id}", id, "{connector}", "facebookads", "{dimension}", "campaign", "{filter}", "1").Replace(path)
		for _, p := range o.Parameters {
			if p.In != "query" || p.Name == "cursor" || strings.Contains(path, "/events") { // a cursor is opaque, and an event stream does not end
				continue
			}
			asked++
			example := p.Schema.example()
			if p.Name == "source" {
				example = source
			}
			for _, value := range []string{example, ""} {
				if got := h.ask("GET", at+"?"+p.Name+"="+url.QueryEscape(value), "", header); got.Code != http.StatusOK {
					t.Errorf("GET %s with %s=%q: %d %s", path, p.Name, value, got.Code, got.Body)
				}
			}
		}
	}
	if asked < 15 {
		t.Errorf("only %d parameters were tried", asked)
	}
}

// validBodies are the smallest valid bodies of operations whose fields are required.
var validBodies = map[string]string{
	"set-app":             `{"id":"1"}`,
	"set-definition":      `{"yaml":"metrics: []"}`,
	"update-dashboard":    `{"title":"T","range":{"preset":"today"},"tiles":[]}`,
	"update-share-link":   `{"name":"x","dashboard":"d"}`,
	"update-subscription": `{"dashboard":"d","channel":"c","when":{"every":"day","hour":"08:00","zone":"UTC"}}`,
	"update-saved-sql":    `{"name":"N","sql":"SELECT 1"}`,
	"update-naming-rule":  `{"title":"T","level":"campaign","kind":"delimiter","delimiter":"_","parts":[{"index":1,"dimension":"d"}]}`,
}

// The document and the server agree on which operations require If-Match.
func TestDocument_IfMatchIsRequiredForUpdates(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	d := h.described()
	edits := 0
	for path, methods := range d.Paths {
		for method, o := range methods {
			_, conditional := o.Responses["428"]
			i := slices.IndexFunc(o.Parameters, func(p param) bool { return p.Name == "If-Match" })
			if conditional != (i >= 0 && o.Parameters[i].Required) {
				t.Errorf("%s %s: answers 428: %t, and the parameters are %+v", method, path, conditional, o.Parameters)
			}
			if !conditional {
				continue
			}
			edits++
			if !strings.Contains(o.Description, "If-Match is required") {
				t.Errorf("%s %s does not say that If-Match is required: %s", method, path, o.Description)
			}
			at := strings.NewReplacer("{id}", "x", "{connector}", "facebookads", "{name}", "own").Replace(path)
			body, special := validBodies[o.ID]
			if !special {
				body = "{}"
			}
			h.ask(strings.ToUpper(method), at, body).refused(http.StatusPreconditionRequired, "edit_unconditional")
		}
	}
	if edits < 5 {
		t.Errorf("only %d edits were found", edits)
	}
}

// Every alert kind can be chosen for a channel and can be shown.
func TestDocument_ListsEveryAlertKind(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	var want []string
	for _, a := range adtally.AlertKinds() {
		want = append(want, string(a))
	}
	slices.Sort(want)
	d := h.described()
	for name, s := range map[string]schema{"Incident": d.Components.Schemas["Incident"].Properties["alert"], "ChannelChoice": *d.Components.Schemas["ChannelChoice"].Properties["alerts"].Items} {
		var got []string
		for _, v := range s.Enum {
			got = append(got, fmt.Sprint(v))
		}
		slices.Sort(got)
		same(t, name, got, want)
	}
	raw, _ := json.Marshal(want)
	h.ask("POST", "/api/v1/channels", `{"kind":"webhook","settings":{"url":"up"},"alerts":`+string(raw)+`}`).is(http.StatusCreated)
}
