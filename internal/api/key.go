package api

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"time"

	"adtally"
)

// keys serves the keys of service accounts.
type keys struct {
	*shell
	store Keys
}

func (g keys) register() {
	const list, one = "/api/v1/keys", "/api/v1/keys/{id}"
	handle(g.shell, operation{ID: "list-keys", Method: http.MethodGet, Path: list, Tag: tagPeople, Access: forAdmins, Summary: "List the keys, newest first"}, g.list)
	handle(g.shell, operation{ID: "create-key", Method: http.MethodPost, Path: list, Tag: tagPeople, Access: Access{Role: adtally.Admin, Person: true},
		Summary: "Create an API key", Text: "The key is shown in this response only. A key cannot create keys, so that a leaked key does not outlive its expiry.",
		Status: http.StatusCreated}, g.create)
	handle(g.shell, operation{ID: "revoke-key", Method: http.MethodDelete, Path: one, Tag: tagPeople, Access: forAdmins, Summary: "Revoke an API key"}, g.revoke)
}

// Key is an API key, without its secret.
type Key struct {
	ID          string               `json:"id" doc:"ID of the key"`
	Name        string               `json:"name" doc:"Purpose of the key"`
	Role        adtally.Role         `json:"role" enum:"viewer,editor,builder,admin" doc:"Role of the key"`
	Permissions []adtally.Permission `json:"permissions" enum:"credentials,syncs" doc:"Permissions of the key"`
	Scopes      []adtally.KeyScope   `json:"scopes" nullable:"false" enum:"ask,ask:sql" doc:"What the key is limited to; empty = it calls the API"`
	By          string               `json:"by" doc:"Who created the key, as kind:id" example:"user:0198c0de"`
	ByName      string               `json:"by_name,omitempty" doc:"Current name of that person; absent = unknown"`
	Created     time.Time            `json:"created" doc:"When the key was created"`
	Expires     *time.Time           `json:"expires,omitempty" doc:"When the key expires; absent = never"`
	LastUsed    *time.Time           `json:"last_used,omitempty" doc:"When the key was last used, to the minute; absent = never"`
	Revoked     *time.Time           `json:"revoked,omitempty" doc:"When the key was revoked; absent = it is valid"`
}

func keyOf(k adtally.APIKey, name func(string) string) Key {
	return Key{k.ID, k.Name, k.Role, orEmpty(k.Permissions), orEmpty(k.Scopes), k.By, name(k.By), k.Created.UTC(), timeOrNil(k.Expires), timeOrNil(k.LastUsed), timeOrNil(k.Revoked)}
}

func (g keys) list(ctx context.Context, _ Caller, in *struct{ Pages }) (*listed[Key], error) {
	name := g.names(ctx)
	return newest(g.shell, "keys", in.Pages, func(before adtally.PagePosition, limit int) ([]adtally.APIKey, error) {
		return g.store.APIKeys(ctx, before, limit)
	}, func(k adtally.APIKey) Key { return keyOf(k, name) }, func(k adtally.APIKey) adtally.PagePosition { return adtally.PagePosition{At: k.Created, ID: k.ID} })
}

type keyForm struct {
	Body struct {
		AccessLevel
		Name    string             `json:"name" pattern:"\\S" maxLength:"200" doc:"Purpose of the key"`
		Scopes  []adtally.KeyScope `json:"scopes,omitempty" nullable:"false" maxItems:"2" enum:"ask,ask:sql" doc:"What the key is limited to: ask = questions through the MCP server at /mcp; ask:sql = there also in SQL. Absent or empty = the key calls the API. A key with scopes has no permissions and expires within a year"`
		Expires time.Time          `json:"expires,omitzero" required:"false" doc:"When the key expires; absent = never"`
	}
}

type newKey struct {
	Body struct {
		Key
		Token string `json:"token" doc:"The key itself; returned only here" example:"adt_…"`
	}
}

func (g keys) create(ctx context.Context, who Caller, in *keyForm) (*newKey, error) {
	now := g.Now()
	if e := in.Body.Expires; !e.IsZero() && !e.After(now) {
		return nil, invalid("body.expires", "The expiry is in the past")
	}
	if err := in.checkScopes(now); err != nil {
		return nil, err
	}
	prefix := keyPrefix
	if len(in.Body.Scopes) > 0 {
		prefix = askPrefix
	}
	token := prefix + rand.Text() + rand.Text()
	k := adtally.APIKey{ID: g.NewID(), Name: in.Body.Name, Hash: hashed(token), AccessLevel: in.Body.words(), Scopes: in.Body.Scopes, By: who.String(), Created: now, Expires: in.Body.Expires}
	detail := map[string]string{"name": k.Name, "role": string(k.Role), "permissions": named(k.Permissions)}
	if len(k.Scopes) > 0 {
		detail["scopes"] = named(k.Scopes)
	}
	if err := g.store.AddAPIKey(ctx, k, g.audited(who, "key.create", object("key", k.ID), detail)); err != nil {
		return nil, err
	}
	out := &newKey{}
	out.Body.Key, out.Body.Token = keyOf(k, g.names(ctx)), token
	return out, nil
}

// checkScopes refuses scopes that do not fit the rest of the form.
func (f *keyForm) checkScopes(now time.Time) error {
	b := f.Body
	switch {
	case len(b.Scopes) == 0:
		return nil
	// The framework's own check of unique items panics on items that are objects.
	case len(b.Scopes) > 1 && b.Scopes[0] == b.Scopes[1]:
		return invalid("body.scopes", "A scope is named twice")
	case !slices.Contains(b.Scopes, adtally.AskScope):
		return invalid("body.scopes", "The scope ask:sql needs the scope ask")
	case slices.Contains(b.Scopes, adtally.SQLScope) && !b.Role.Reaches(adtally.Editor):
		return invalid("body.role", "The scope ask:sql needs the role editor")
	case len(b.Permissions) > 0:
		return invalid("body.permissions", "A key with scopes cannot have permissions")
	case b.Expires.IsZero() || b.Expires.After(now.AddDate(adtally.LongestAsk, 0, 0)):
		return invalid("body.expires", "A key with scopes must expire within a year")
	}
	return nil
}

func (g keys) revoke(ctx context.Context, who Caller, in *struct{ ByID }) (*nothing, error) {
	return nil, g.store.RevokeAPIKey(ctx, in.ID, g.audited(who, "key.revoke", object("key", in.ID), nil))
}
