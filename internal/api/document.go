package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// tags are the groups of operations, in the order of the reference.
var tags = []*huma.Tag{
	{Name: tagPeople, Description: "The first admin, sessions, users, invites, API keys and the audit log."},
	{Name: tagSources, Description: "Connected ad platforms: their settings, tokens, tables and schedules."},
	{Name: tagRuns, Description: "Runs of syncs, past and in progress, with their logs."},
	{Name: tagAnalytics, Description: "Metrics and questions about them, dashboards, definitions, and the state of the data."},
	{Name: tagSharing, Description: "Links that show dashboards to people without an account."},
	{Name: tagShared, Description: "What the holder of a share link can read. Send its token as Authorization: Share ats_…, and the session as Share-Session if the link has a password."},
	{Name: tagSQL, Description: "SELECT statements on the modelled tables of the warehouse."},
	{Name: tagData, Description: "Uploaded files, mapped tables of the warehouse, and the rules for figures."},
	{Name: tagAlerts, Description: "Incidents, and the channels that report them."},
	{Name: tagSettings, Description: "Settings of the whole installation."},
	{Name: tagHealth, Description: "Health checks for monitoring."},
}

// document returns the OpenAPI document without operations.
func document(c Config) huma.Config {
	server := cmp.Or(c.PublicURL, "/")
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "Adtally", Version: cmp.Or(c.Version, "dev"),
				Description: "The API that the UI uses, open to programs as well. The x-access of an operation is the access that it requires: a role, optionally a permission, and whether a person must call it. An empty query parameter counts as absent; an unknown one is rejected. Every error is a problem (RFC 9457); its stable code is listed under x-problem-codes.",
				Contact:     &huma.Contact{Name: "The admin of this installation", URL: c.PublicURL},
				License:     &huma.License{Name: "Apache 2.0", Identifier: "Apache-2.0"}},
			Servers: []*huma.Server{{URL: server, Description: "This installation"}},
			Tags:    tags,
			Components: &huma.Components{
				Schemas: daysAsText(huma.NewMapRegistry("#/components/schemas/", schemaName)),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					bySession: {Type: "apiKey", In: "cookie", Name: plainCookie, Description: "The session cookie of a browser in which a person has logged in. Over HTTPS its name is " + safeCookie + "."},
					byKey:     {Type: "http", Scheme: "bearer", BearerFormat: keyPrefix + "…", Description: "The API key of a service account."},
					byShare:   {Type: "apiKey", In: "header", Name: "Authorization", Description: "The token of a share link, as Share " + tokenPrefix + "…. Holders of a link with a password also send Share-Session."},
				},
			},
		},
		Formats:       map[string]huma.Format{"application/json": strictJSON, "json": strictJSON},
		DefaultFormat: "application/json",
	}
}

// strictJSON rejects null where a field does not allow it. A client that sends null
// expects to clear the field, but huma would ignore it. The document allows null only
// for the fields in clearable.
var strictJSON = huma.Format{
	Marshal: huma.DefaultJSONFormat.Marshal,
	Unmarshal: func(text []byte, into any) error {
		err := huma.DefaultJSONFormat.Unmarshal(text, into)
		if v, ok := into.(*any); ok && err == nil {
			*v = replaceNulls(*v)
		}
		return err
	},
}

// clearable are the fields that null clears, see dayChange.
var clearable = []string{"since", "until"}

// nullValue replaces null while huma validates a request; it fits no schema.
type nullValue struct{}

func replaceNulls(v any) any {
	switch v := v.(type) {
	case nil:
		return nullValue{}
	case map[string]any:
		for k, one := range v {
			if one != nil || !slices.Contains(clearable, k) {
				v[k] = replaceNulls(one)
			}
		}
	case []any:
		for i, one := range v {
			v[i] = replaceNulls(one)
		}
	}
	return v
}

// asks says in words which access an operation requires.
func (a Access) asks() string {
	switch {
	case a.Public:
		return "Public: no login required."
	case a.Share && a.Locked:
		return "Requires the token of a share link."
	case a.Share:
		return "Requires the token of a share link, and its session if the link has a password."
	}
	text := "Requires the role " + string(a.Role) + " or higher"
	if a.Also != "" {
		text += ", and the permission " + string(a.Also)
	}
	if a.Person {
		text += ", and a person: keys are refused"
	}
	return text + "."
}

// description is the operation's text in the document.
func (o operation) description() string {
	return strings.TrimSpace(o.Text + " " + o.Access.asks())
}

// serveDocument serves the OpenAPI document. All operations must be registered by then. The
// document is written when it is first requested: that takes a third of the time in which a
// handler is built, and few callers ask for it.
func (s *shell) serveDocument() {
	written := sync.OnceValues(func() (http.Handler, error) {
		text, err := json.Marshal(s.huma.OpenAPI())
		if err != nil {
			return nil, fmt.Errorf("write the OpenAPI document: %w", err)
		}
		return static("application/openapi+json", text), nil
	})
	s.mux.HandleFunc("GET /api/openapi.json", func(w http.ResponseWriter, r *http.Request) {
		document, err := written()
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		document.ServeHTTP(w, r)
	})
}
