package api

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"adtally"
)

// users are the people, for admins.
type users struct {
	*shell
	store Users
}

var forAdmins = Access{Role: adtally.Admin}

func (g users) register() {
	const list, one = "/api/v1/users", "/api/v1/users/{id}"
	handle(g.shell, operation{ID: "list-users", Method: http.MethodGet, Path: list, Tag: tagPeople, Access: forAdmins, Summary: "List the people"}, g.list)
	handle(g.shell, operation{ID: "get-user", Method: http.MethodGet, Path: one, Tag: tagPeople, Access: forAdmins, Summary: "Show a person"}, g.get)
	handle(g.shell, operation{ID: "update-user", Method: http.MethodPatch, Path: one, Tag: tagPeople, Access: forAdmins,
		Summary: "Change what a person may do, or let them in no more",
		Text:    "Who is disabled cannot log in, and is logged out at once; nothing of theirs is deleted. The last admin stays one.",
		Refuses: []int{http.StatusConflict}}, g.change)
}

// Person is a user, as others may see them.
type Person struct {
	ID          string               `json:"id"`
	Email       string               `json:"email"`
	Name        string               `json:"name"`
	Role        adtally.Role         `json:"role" enum:"viewer,editor,builder,admin"`
	Permissions []adtally.Permission `json:"permissions" enum:"credentials,syncs"`
	Disabled    bool                 `json:"disabled"`
	Password    bool                 `json:"password" doc:"Can log in with a password"`
	OIDC        bool                 `json:"oidc" doc:"Has logged in by OIDC"`
	Created     time.Time            `json:"created"`
	Login       *time.Time           `json:"login,omitempty" doc:"The last one; absent = none yet"`
}

func personOf(u adtally.User) Person {
	return Person{ID: u.ID, Email: u.Email, Name: u.Name, Role: u.Role, Permissions: orNone(u.Permissions), Disabled: u.Disabled,
		Password: !u.Password.IsZero(), OIDC: u.Subject != "", Created: u.Created.UTC(), Login: given(u.Login)}
}

func (g users) list(ctx context.Context, _ Caller, in *struct{ Pages }) (*listed[Person], error) {
	var after string
	if err := g.resume("users", in.Pages, &after); err != nil {
		return nil, err
	}
	all, err := g.store.Users(ctx, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return page(g.shell, "users", in.Pages, all, personOf, func(u adtally.User) any { return u.ID })
}

// ByID is the part of an input that names one thing.
type ByID struct {
	ID string `path:"id" maxLength:"100"`
}

type onePerson struct {
	ETag string `header:"ETag" doc:"Send it as If-Match with an edit"`
	Body Person
}

func (g users) get(ctx context.Context, _ Caller, in *struct{ ByID }) (*onePerson, error) {
	u, err := g.store.User(ctx, in.ID)
	return &onePerson{etag(u.Version), personOf(u)}, err
}

type userChange struct {
	ByID
	Edit
	Body struct {
		Name        *string               `json:"name,omitempty" pattern:"\\S" maxLength:"200"`
		Role        *adtally.Role         `json:"role,omitempty" enum:"viewer,editor,builder,admin"`
		Permissions *[]adtally.Permission `json:"permissions,omitempty" enum:"credentials,syncs" nullable:"false"`
		Disabled    *bool                 `json:"disabled,omitempty"`
	}
}

func (g users) change(ctx context.Context, who Caller, in *userChange) (*onePerson, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	before, err := g.store.User(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if before.Version != version {
		return nil, refusal("stale_edit", "Somebody has changed this user since you read it", "Read it again, and change it then.")
	}
	u := in.applied(before)
	if err := g.store.ChangeUser(ctx, u, g.audited(who, "user.update", object("user", u.ID), differences(before, u))); err != nil {
		return nil, err
	}
	u.Version++
	return &onePerson{etag(u.Version), personOf(u)}, nil
}

// applied is a user after the change. One who is disabled is logged out.
func (c userChange) applied(u adtally.User) adtally.User {
	if c.Body.Name != nil {
		u.Name = cmp.Or(oneLine(*c.Body.Name, longestName), u.Name)
	}
	if c.Body.Role != nil {
		u.Role = *c.Body.Role
	}
	if c.Body.Permissions != nil {
		u.Permissions = once(*c.Body.Permissions)
	}
	if c.Body.Disabled != nil {
		u.Disabled = *c.Body.Disabled
	}
	if u.Disabled {
		u.Epoch++
	}
	return u
}

// differences are what the audit log says of a change.
func differences(a, b adtally.User) map[string]string {
	all := map[string]string{}
	for what, v := range map[string][2]string{
		"name": {a.Name, b.Name}, "role": {string(a.Role), string(b.Role)},
		"permissions": {named(a.Permissions), named(b.Permissions)},
		"disabled":    {fmt.Sprint(a.Disabled), fmt.Sprint(b.Disabled)},
	} {
		if v[0] != v[1] {
			all[what] = v[0] + " → " + v[1]
		}
	}
	return all
}

// named are permissions as one says them.
func named(all []adtally.Permission) string {
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = string(p)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}
