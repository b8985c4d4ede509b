package api

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"

	"adtally"
)

// keys are the service accounts.
type keys struct {
	*shell
	store Keys
}

func (g keys) register() {
	const list, one = "/api/v1/keys", "/api/v1/keys/{id}"
	handle(g.shell, operation{ID: "list-keys", Method: http.MethodGet, Path: list, Tag: tagPeople, Access: forAdmins, Summary: "List the keys, newest first"}, g.list)
	handle(g.shell, operation{ID: "create-key", Method: http.MethodPost, Path: list, Tag: tagPeople, Access: Access{Role: adtally.Admin, Person: true},
		Summary: "Make a key for a program", Text: "The key is shown once. A key cannot make keys, so that one that leaks cannot outlive its end.",
		Status: http.StatusCreated}, g.make)
	handle(g.shell, operation{ID: "revoke-key", Method: http.MethodDelete, Path: one, Tag: tagPeople, Access: forAdmins, Summary: "Let a key in no more"}, g.revoke)
}

// Key is a key, without what makes it one.
type Key struct {
	ID          string               `json:"id"`
	Name        string               `json:"name"`
	Role        adtally.Role         `json:"role" enum:"viewer,editor,builder,admin"`
	Permissions []adtally.Permission `json:"permissions" enum:"credentials,syncs"`
	By          string               `json:"by" doc:"Who made it" example:"user:0198c0de"`
	ByName      string               `json:"by_name,omitempty" doc:"What they are called now; absent = nobody knows"`
	Created     time.Time            `json:"created"`
	Expires     *time.Time           `json:"expires,omitempty" doc:"Absent = never"`
	LastUsed    *time.Time           `json:"last_used,omitempty" doc:"To the minute; absent = never"`
	Revoked     *time.Time           `json:"revoked,omitempty" doc:"Absent = it was not"`
}

func keyOf(k adtally.APIKey, name func(string) string) Key {
	return Key{k.ID, k.Name, k.Role, orNone(k.Permissions), k.By, name(k.By), k.Created.UTC(), given(k.Expires), given(k.LastUsed), given(k.Revoked)}
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
		Name    string    `json:"name" pattern:"\\S" maxLength:"200" doc:"What it is for"`
		Expires time.Time `json:"expires,omitzero" required:"false" doc:"Absent = never"`
	}
}

type newKey struct {
	Body struct {
		Key
		Token string `json:"token" doc:"The key itself; it is shown this once" example:"adt_…"`
	}
}

func (g keys) make(ctx context.Context, who Caller, in *keyForm) (*newKey, error) {
	now := g.Now()
	if e := in.Body.Expires; !e.IsZero() && !e.After(now) {
		return nil, invalid("body.expires", "A key cannot have expired before it is made")
	}
	token := keyPrefix + rand.Text() + rand.Text()
	k := adtally.APIKey{ID: g.NewID(), Name: in.Body.Name, Hash: hashed(token), AccessLevel: in.Body.words(), By: who.String(), Created: now, Expires: in.Body.Expires}
	detail := map[string]string{"name": k.Name, "role": string(k.Role), "permissions": named(k.Permissions)}
	if err := g.store.AddAPIKey(ctx, k, g.audited(who, "key.create", object("key", k.ID), detail)); err != nil {
		return nil, err
	}
	out := &newKey{}
	out.Body.Key, out.Body.Token = keyOf(k, g.names(ctx)), token
	return out, nil
}

func (g keys) revoke(ctx context.Context, who Caller, in *struct{ ByID }) (*nothing, error) {
	return nil, g.store.RevokeAPIKey(ctx, in.ID, g.audited(who, "key.revoke", object("key", in.ID), nil))
}
