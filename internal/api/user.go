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

// users serves user management for admins.
type users struct {
	*shell
	store Users
}

var forAdmins = Access{Role: adtally.Admin}

func (g users) register() {
	const list, one = "/api/v1/users", "/api/v1/users/{id}"
	handle(g.shell, operation{ID: "list-users", Method: http.MethodGet, Path: list, Tag: tagPeople, Access: forAdmins, Summary: "List the users"}, g.list)
	handle(g.shell, operation{ID: "get-user", Method: http.MethodGet, Path: one, Tag: tagPeople, Access: forAdmins, Summary: "Get a user"}, g.get)
	handle(g.shell, operation{ID: "update-user", Method: http.MethodPatch, Path: one, Tag: tagPeople, Access: forAdmins,
		Summary: "Update, enable or disable a user",
		Text:    "A disabled user cannot log in and is logged out immediately; nothing of theirs is deleted. The last admin cannot be disabled or demoted.",
		Refuses: []int{http.StatusConflict}}, g.change)
}

// Person is a user, without secrets.
type Person struct {
	ID          string               `json:"id" doc:"ID of the user"`
	Email       string               `json:"email" doc:"E-mail address, for logins"`
	Name        string               `json:"name" doc:"Name for people"`
	Role        adtally.Role         `json:"role" enum:"guest,viewer,editor,builder,admin" doc:"Role of the user"`
	Permissions []adtally.Permission `json:"permissions" enum:"credentials,syncs" doc:"Permissions besides the role"`
	Disabled    bool                 `json:"disabled" doc:"Whether the user is barred from logging in"`
	Password    bool                 `json:"password" doc:"Whether the user has a password"`
	OIDC        bool                 `json:"oidc" doc:"Whether the user has logged in by OIDC"`
	Created     time.Time            `json:"created" doc:"When the user was created"`
	Login       *time.Time           `json:"login,omitempty" doc:"Time of the last login; absent = never"`
}

func personOf(u adtally.User) Person {
	return Person{ID: u.ID, Email: u.Email, Name: u.Name, Role: u.Role, Permissions: orEmpty(u.Permissions), Disabled: u.Disabled,
		Password: !u.Password.IsZero(), OIDC: u.Subject != "", Created: u.Created.UTC(), Login: timeOrNil(u.Login)}
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

// ByID is the part of an input that names an object by its ID.
type ByID struct {
	ID string `path:"id" maxLength:"100" doc:"ID of the object"`
}

type onePerson struct {
	ETag string `header:"ETag" doc:"Send it as If-Match with an update"`
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
		Name        *string               `json:"name,omitempty" pattern:"\\S" maxLength:"200" doc:"New name"`
		Role        *adtally.Role         `json:"role,omitempty" enum:"guest,viewer,editor,builder,admin" doc:"New role"`
		Permissions *[]adtally.Permission `json:"permissions,omitempty" enum:"credentials,syncs" nullable:"false" doc:"New permissions; they replace the current ones"`
		Disabled    *bool                 `json:"disabled,omitempty" doc:"true = the user cannot log in any more"`
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
		return nil, refusal("stale_edit", "Somebody else changed this user in the meantime", "Read the user again and repeat the change.")
	}
	u := in.applied(before)
	if err := g.store.ChangeUser(ctx, u, g.audited(who, "user.update", object("user", u.ID), differences(before, u))); err != nil {
		return nil, err
	}
	u.Version++
	return &onePerson{etag(u.Version), personOf(u)}, nil
}

// applied returns a user after the change. Disabling a user logs them out.
func (c userChange) applied(u adtally.User) adtally.User {
	if c.Body.Name != nil {
		u.Name = cmp.Or(oneLine(*c.Body.Name, longestName), u.Name)
	}
	if c.Body.Role != nil {
		u.Role = *c.Body.Role
	}
	if c.Body.Permissions != nil {
		u.Permissions = unique(*c.Body.Permissions)
	}
	if c.Body.Disabled != nil {
		u.Disabled = *c.Body.Disabled
	}
	if u.Disabled {
		u.Epoch++
	}
	return u
}

// differences returns the changes for the audit log.
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

// named joins permissions for the audit log.
func named[T ~string](all []T) string {
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = string(p)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}
