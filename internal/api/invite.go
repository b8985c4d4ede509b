package api

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"time"

	"adtally"
)

// invites serves invitations of new people.
type invites struct {
	*shell
	logins logins
}

// inviteLife is how long an invite can be used.
const inviteLife = 7 * 24 * time.Hour

func (g invites) register() {
	const list, one = "/api/v1/invites", "/api/v1/invites/{invite}"
	handle(g.shell, operation{ID: "list-invites", Method: http.MethodGet, Path: list, Tag: tagPeople, Access: forAdmins, Summary: "List the invites, newest first"}, g.list)
	handle(g.shell, operation{ID: "create-invite", Method: http.MethodPost, Path: list, Tag: tagPeople, Access: forAdmins, Summary: "Invite a person",
		Text: "The link is shown in this response only. It works once, for seven days, and gives the named role.", Status: http.StatusCreated,
		Refuses: []int{http.StatusConflict}}, g.create)
	handle(g.shell, operation{ID: "get-invite", Method: http.MethodGet, Path: one, Tag: tagPeople, Access: public, Summary: "Get the invite of a link"}, g.get)
	handle(g.shell, operation{ID: "accept-invite", Method: http.MethodPost, Path: one, Tag: tagPeople, Access: public, Summary: "Accept an invite and log in",
		Status: http.StatusCreated, Refuses: []int{http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable}}, g.accept)
	handle(g.shell, operation{ID: "revoke-invite", Method: http.MethodDelete, Path: one, Tag: tagPeople, Access: forAdmins, Summary: "Revoke an invite"}, g.revoke)
}

// Invite is an invite as an admin sees it.
type Invite struct {
	ID          string               `json:"id" doc:"ID of the invite"`
	Email       string               `json:"email" doc:"E-mail address of the invited person"`
	Role        adtally.Role         `json:"role" enum:"guest,viewer,editor,builder,admin" doc:"Role that the person will have"`
	Permissions []adtally.Permission `json:"permissions" enum:"credentials,syncs" doc:"Permissions that the person will have"`
	By          string               `json:"by" doc:"Who created the invite, as kind:id" example:"user:0198c0de"`
	ByName      string               `json:"by_name,omitempty" doc:"Current name of that person; absent = unknown"`
	Created     time.Time            `json:"created" doc:"When the invite was created"`
	Expires     time.Time            `json:"expires" doc:"When the invite expires"`
	State       string               `json:"state" enum:"open,used,revoked,expired" doc:"Whether the invite can be used, and why not"`
}

func (g invites) show(i adtally.Invite, name func(string) string) Invite {
	state := "expired"
	switch {
	case i.Open(g.Now()):
		state = "open"
	case !i.Used.IsZero():
		state = "used"
	case !i.Revoked.IsZero():
		state = "revoked"
	}
	return Invite{i.ID, i.Email, i.Role, orEmpty(i.Permissions), i.By, name(i.By), i.Created.UTC(), i.Expires.UTC(), state}
}

func (g invites) list(ctx context.Context, _ Caller, in *struct{ Pages }) (*listed[Invite], error) {
	name := g.names(ctx)
	return newest(g.shell, "invites", in.Pages, func(before adtally.PagePosition, limit int) ([]adtally.Invite, error) {
		return g.Store.Invites(ctx, before, limit)
	}, func(i adtally.Invite) Invite { return g.show(i, name) }, func(i adtally.Invite) adtally.PagePosition { return adtally.PagePosition{At: i.Created, ID: i.ID} })
}

// AccessLevel is a role with permissions.
type AccessLevel struct {
	Role        adtally.Role         `json:"role" enum:"guest,viewer,editor,builder,admin" doc:"Role to give"`
	Permissions []adtally.Permission `json:"permissions,omitempty" enum:"credentials,syncs" nullable:"false" doc:"Permissions to give besides the role"`
}

func (p AccessLevel) words() adtally.AccessLevel {
	return adtally.AccessLevel{Role: p.Role, Permissions: unique(p.Permissions)}
}

// unique removes duplicates. The schema does not forbid them, because huma's check for
// unique items panics on elements that are objects.
func unique(list []adtally.Permission) []adtally.Permission {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

type inviteForm struct {
	Body struct {
		AccessLevel
		Email string `json:"email" format:"email" maxLength:"254" doc:"E-mail address of the person"`
	}
}

type newInvite struct {
	Body struct {
		Invite
		Link string `json:"link" doc:"Link for the invited person; returned only here" format:"uri-reference"`
	}
}

func (g invites) create(ctx context.Context, who Caller, in *inviteForm) (*newInvite, error) {
	email, err := address(in.Body.Email)
	if err != nil {
		return nil, err
	}
	if _, err := g.Store.UserByEmail(ctx, email); !missing(err) {
		return nil, orTaken(err)
	}
	code, now := rand.Text()+rand.Text(), g.Now()
	i := adtally.Invite{ID: g.NewID(), Code: hashed(code), Email: email, AccessLevel: in.Body.words(), By: who.String(), Created: now, Expires: now.Add(inviteLife)}
	detail := map[string]string{"email": email, "role": string(i.Role), "permissions": named(i.Permissions)}
	if err := g.Store.AddInvite(ctx, i, g.audited(who, "invite.create", object("invite", i.ID), detail)); err != nil {
		return nil, err
	}
	out := &newInvite{}
	// The part after # is never sent to a server, so it appears in no log.
	out.Body.Invite, out.Body.Link = g.show(i, g.names(ctx)), strings.TrimSuffix(g.PublicURL, "/")+"/invite#"+code
	return out, nil
}

func orTaken(err error) error {
	if err != nil {
		return err
	}
	return fieldRefusal{refusal("email_taken", "A user with this e-mail address exists", "Update that user instead."), "body.email"}
}

// ByCode is the part of an input that names an invite by its code.
type ByCode struct {
	Code string `path:"invite" maxLength:"100" doc:"Code from the link, after the #"`
}

// InviteView is an invite as the holder of its link sees it.
type InviteView struct {
	Email   string       `json:"email" doc:"E-mail address of the invited person"`
	Role    adtally.Role `json:"role" enum:"guest,viewer,editor,builder,admin" doc:"Role that the person will have"`
	Expires time.Time    `json:"expires" doc:"When the invite expires"`
}

func (g invites) get(ctx context.Context, _ Caller, in *struct{ ByCode }) (*struct{ Body InviteView }, error) {
	i, err := g.open(ctx, in.Code)
	return &struct{ Body InviteView }{InviteView{i.Email, i.Role, i.Expires.UTC()}}, err
}

// open returns a usable invite. The refusal does not say why an invite cannot be used.
func (g invites) open(ctx context.Context, code string) (adtally.Invite, error) {
	i, err := g.Store.Invite(ctx, hashed(code), "", g.Now())
	if missing(err) || err == nil && !i.Open(g.Now()) {
		return i, refusal("invite_gone", "This invite is invalid, used or expired", "Ask an admin for a new invite.")
	}
	return i, err
}

type acceptForm struct {
	ByCode
	Body struct {
		Name     string `json:"name" pattern:"\\S" maxLength:"200" doc:"Name for people"`
		Password string `json:"password" maxLength:"256" doc:"At least 12 characters"`
	}
}

func (g invites) accept(ctx context.Context, who Caller, in *acceptForm) (*known, error) {
	i, err := g.open(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	u, err := g.logins.newUser(ctx, in.Body.Name, i.Email, in.Body.Password, i.AccessLevel)
	if err != nil {
		return nil, err
	}
	if err := g.Store.AcceptInvite(ctx, i.ID, u, g.audited(who.by(u), "invite.accept", object("invite", i.ID), nil)); err != nil {
		return nil, err
	}
	return g.logins.admitted(ctx, who, u)
}

type inviteID struct {
	ID string `path:"invite" maxLength:"100" doc:"ID of the invite"`
}

func (g invites) revoke(ctx context.Context, who Caller, in *inviteID) (*nothing, error) {
	return nil, g.Store.RevokeInvite(ctx, in.ID, g.audited(who, "invite.revoke", object("invite", in.ID), nil))
}
