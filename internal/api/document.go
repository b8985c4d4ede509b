package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// tags are the groups of operations, in the order of the reference.
var tags = []*huma.Tag{
	{Name: tagPeople, Description: "Who may come in: the first admin, sessions, users, invites, keys, the audit log."},
	{Name: tagSources, Description: "Connected ad platforms: what is read, with which token, at what pace."},
	{Name: tagRuns, Description: "Syncs that were carried out, or are on."},
	{Name: tagAlerts, Description: "What is wrong, and how people are told."},
	{Name: tagSettings, Description: "What an admin sets for everybody."},
	{Name: tagHealth, Description: "Whether the service works, for whoever watches over it."},
}

// document is the OpenAPI document before there is an operation in it.
func document(c Config) huma.Config {
	server := cmp.Or(c.PublicURL, "/")
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "Adtally", Version: cmp.Or(c.Version, "dev"),
				Description: "Everything that the UI does, and that a program may do too. What an operation asks of its caller is its x-access: a role, a permission besides, whether a person must do it, or nothing where it is public. A query parameter that is empty counts as absent; one that an operation does not name is refused.",
				Contact:     &huma.Contact{Name: "The admin of this installation", URL: c.PublicURL},
				License:     &huma.License{Name: "Apache 2.0", Identifier: "Apache-2.0"}},
			Servers: []*huma.Server{{URL: server, Description: "This installation"}},
			Tags:    tags,
			Components: &huma.Components{
				Schemas: daysAsText(huma.NewMapRegistry("#/components/schemas/", schemaName)),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					bySession: {Type: "apiKey", In: "cookie", Name: plainCookie, Description: "A browser in which somebody has logged in. Over HTTPS it is called " + safeCookie + "."},
					byKey:     {Type: "http", Scheme: "bearer", BearerFormat: keyPrefix + "…", Description: "The key of a service account."},
				},
			},
		},
		Formats:       map[string]huma.Format{"application/json": strictJSON, "json": strictJSON},
		DefaultFormat: "application/json",
	}
}

// strictJSON reads null as a value that fits no field: whoever sends it expects
// something to be taken away, and huma would pass over it. The document allows it
// for takenBack alone.
var strictJSON = huma.Format{
	Marshal: huma.DefaultJSONFormat.Marshal,
	Unmarshal: func(text []byte, into any) error {
		err := huma.DefaultJSONFormat.Unmarshal(text, into)
		if v, ok := into.(*any); ok && err == nil {
			*v = withoutNull(*v)
		}
		return err
	},
}

// takenBack are the fields that a change takes back with null, see dayChange.
var takenBack = []string{"since", "until"}

// null is what stands for it while a request is checked.
type null struct{}

func withoutNull(v any) any {
	switch v := v.(type) {
	case nil:
		return null{}
	case map[string]any:
		for k, one := range v {
			if one != nil || !slices.Contains(takenBack, k) {
				v[k] = withoutNull(one)
			}
		}
	case []any:
		for i, one := range v {
			v[i] = withoutNull(one)
		}
	}
	return v
}

// asks says in words what an operation asks of its caller.
func (a Access) asks() string {
	if a.Public {
		return "Nobody needs to be known for it."
	}
	text := "It asks for the role " + string(a.Role) + ", or a higher one"
	if a.Also != "" {
		text += ", and for the permission " + string(a.Also)
	}
	if a.Person {
		text += ", and for a person: a key cannot do it"
	}
	return text + "."
}

// description is what the document says of an operation besides its summary.
func (o operation) description() string {
	return strings.TrimSpace(o.Text + " " + o.Access.asks())
}

// serveDocument serves the OpenAPI document as it is once all are in it.
func (s *shell) serveDocument() error {
	text, err := json.Marshal(s.huma.OpenAPI())
	if err != nil {
		return fmt.Errorf("write the OpenAPI document: %w", err)
	}
	s.mux.Handle("GET /api/openapi.json", fixed("application/openapi+json", text))
	return nil
}
