package api_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"adtally/internal/api"
)

// What redocly and spectral ask of the document, and others after them. Where
// ADTALLY_OPENAPI names a file, the document is written there for them to read.
func TestDocument_SaysWhatMakersOfClientsNeed(t *testing.T) {
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

// The document allows null in the rows of a preview, and for the days of a source
// that a change takes back. Elsewhere it is refused, with the field's own pointer.
func TestDocument_NullIsRefusedWhereItIsNotAllowed(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	if text := h.ask("GET", "/api/openapi.json", "").Body.String(); strings.Count(text, `"null"`) != 3 || strings.Contains(text, "nullable") {
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
