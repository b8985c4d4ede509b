package api_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"adtally/internal/api"
)

// redocly, spectral and client generators require these properties. If ADTALLY_OPENAPI
// names a file, the document is written there for them.
func TestDocument_IsComplete(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, func(c *api.Config) { c.PublicURL = "https://ads.adtally.test" })
	got := h.ask("GET", "/api/openapi.json", "").is(http.StatusOK)
	if path := os.Getenv("ADTALLY_OPENAPI"); path != "" {
		if err := os.WriteFile(path, got.Body.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var doc struct {
		Servers []struct{ URL string }
		Tags    []struct{ Name, Description string }
		Info    struct{ License, Contact map[string]string }
		Paths   map[string]map[string]struct {
			Description, Summary string
			Tags                 []string
		}
	}
	got.into(&doc)
	if len(doc.Servers) != 1 || doc.Servers[0].URL != "https://ads.adtally.test" || doc.Info.License["identifier"] != "Apache-2.0" || doc.Info.Contact["name"] == "" {
		t.Errorf("%+v %+v", doc.Servers, doc.Info)
	}
	known := map[string]bool{}
	for _, tag := range doc.Tags {
		known[tag.Name] = tag.Description != ""
	}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			if op.Description == "" || op.Summary == "" || len(op.Tags) != 1 || !known[op.Tags[0]] {
				t.Errorf("%s %s: %+v", method, path, op)
			}
		}
	}
}

// The document allows null in the rows of a preview and of a statement, and for the days that an update
// clears. Elsewhere null is refused with the path of the field.
func TestDocument_NullIsRefused(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	if text := h.ask("GET", "/api/openapi.json", "").Body.String(); strings.Count(text, `"null"`) != 4 || strings.Contains(text, "nullable") {
		t.Errorf("null is allowed %d times", strings.Count(text, `"null"`))
	}
	for body, field := range map[string]string{
		`{"connector":"facebookads","token":"good","all_accounts":null}`: "body.all_accounts",
		`{"connector":"facebookads","token":"good","tables":null}`:       "body.tables",
		`{"connector":"facebookads","token":"good","accounts":[null]}`:   "body.accounts[0]",
		`{"connector":"facebookads","token":null}`:                       "body.token",
		`null`: "body",
	} {
		got := h.ask("POST", "/api/v1/sources", body).is(http.StatusUnprocessableEntity)
		var p api.Problem
		got.into(&p)
		if len(p.Errors) != 1 || p.Errors[0].Field != field {
			t.Errorf("%s: %+v", body, p.Errors)
		}
	}
}

// Every property of a schema and every parameter has a description, so that generated
// clients and the reference have one too. A reference to a schema is described there.
func TestDocument_EveryPropertyIsDescribed(t *testing.T) {
	t.Parallel()
	type property struct {
		Description string
		Ref         string `json:"$ref"`
	}
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name, Description string }
		}
		Components struct {
			Schemas map[string]struct{ Properties map[string]property }
		}
	}
	h := newTestServer(t)
	h.ask("GET", "/api/openapi.json", "").is(http.StatusOK).into(&doc)
	properties := 0
	for name, s := range doc.Components.Schemas {
		for field, p := range s.Properties {
			if properties++; p.Description == "" && p.Ref == "" {
				t.Errorf("%s.%s has no description", name, field)
			}
		}
	}
	for path, methods := range doc.Paths {
		for method, o := range methods {
			for _, p := range o.Parameters {
				if p.Description == "" {
					t.Errorf("%s %s: the parameter %s has no description", method, path, p.Name)
				}
			}
		}
	}
	if properties < 400 {
		t.Errorf("only %d properties were found", properties)
	}
}

// The reference lists every problem code with one sentence, and renders the list.
func TestDocument_ListsTheProblemCodes(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	var doc struct {
		Codes []struct {
			Code, Description string
			Status            int
		} `json:"x-problem-codes"`
	}
	h.ask("GET", "/api/openapi.json", "").is(http.StatusOK).into(&doc)
	listed := map[string]bool{}
	for _, c := range doc.Codes {
		if listed[c.Code] || c.Status < 400 || !strings.HasSuffix(c.Description, ".") || strings.Count(c.Description, ". ") > 0 {
			t.Errorf("%+v", c)
		}
		listed[c.Code] = true
	}
	for _, code := range []string{"not_found", "invalid", "unexpected", "channel_refused", "login_late"} {
		if !listed[code] {
			t.Errorf("%s is not listed", code)
		}
	}
	for _, r := range []reply{h.ask("GET", "/api/v1/users", ""), h.ask("GET", "/api/nowhere", ""), h.ask("POST", "/api/v1/session", "{")} {
		if p := r.problem(); !listed[p.Code] {
			t.Errorf("%s is answered and not listed", p.Code)
		}
	}
	if js := h.ask("GET", "/api/docs/reference.js", "").is(http.StatusOK).Body.String(); !strings.Contains(js, "x-problem-codes") {
		t.Error("the reference does not render the problem codes")
	}
}
