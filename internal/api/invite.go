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

// invites let new people in.
type invites struct {
	*shell
	logins logins
}

// inviteLife is how long an invite may be used.
const inviteLife = 7 * 24 * time.Hour

func (g invites) register() {
	const list, one = "/api/v1/invites", "/api/v1/invites/{invite}"
	handle(g.shell, operation{ID: "list-invites", Method: http.MethodGet, Path: list, Tag: tagPeople, Access: forAdmins, Summary: "List the invites, newest first"}, g.list)
	handle(g.shell, operation{ID: "create-invite", Method: http.MethodPost, Path: list, Tag: tagPeople, Access: forAdmins, Summary: "Invite somebody",
		Text: "The link is shown once. It works once, for seven days, and gives the role that was named.", Status: http.StatusCreated,
		Refuses: []int{http.StatusConflict}}, g.make)
	handle(g.shell, operation{ID: "get-invite", Method: http.MethodGet, Path: one, Tag: tagPeople, Access: public, Summary: "Show whom a link invites"}, g.get)
	handle(g.shell, operation{ID: "accept-invite", Method: http.MethodPost, Path: one, Tag: tagPeople, Access: public, Summary: "Become a user and log in",
		Status: http.StatusCreated, Refuses: []int{http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable}}, g.accept)
	handle(g.shell, operation{ID: "revoke-invite", Method: http.MethodDelete, Path: one, Tag: tagPeople, Access: forAdmins, Summary: "Take an invite back"}, g.revoke)
}

// Invite is an invite, as an admin may see it.
type Invite struct {
	ID          string               `json:"id"`
	Email       string               `json:"email"`
	Role        adtally.Role         `json:"role" enum:"viewer,editor,builder,admin"`
	Permissions []adtally.Permission `json:"permissions" enum:"credentials,syncs"`
	By          string               `json:"by" doc:"Who invited" example:"user:0198c0de"`
	ByName      string               `json:"by_name,omitempty" doc:"What they are called now; absent = nobody knows"`
	Created     time.Time            `json:"created"`
	Expires     time.Time            `json:"expires"`
	State       string               `json:"state" enum:"open,used,revoked,expired"`
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
	return Invite{i.ID, i.Email, i.Role, orNone(i.Permissions), i.By, name(i.By), i.Created.UTC(), i.Expires.UTC(), state}
}

func (g invites) list(ctx context.Context, _ Caller, in *struct{ Pages }) (*listed[Invite], error) {
	name := g.names(ctx)
	return newest(g.shell, "invites", in.Pages, func(before adtally.PagePosition, limit int) ([]adtally.Invite, error) {
		return g.Store.Invites(ctx, before, limit)
	}, func(i adtally.Invite) Invite { return g.show(i, name) }, func(i adtally.Invite) adtally.PagePosition { return adtally.PagePosition{At: i.Created, ID: i.ID} })
}

// AccessLevel is what somebody is to be allowed.
type AccessLevel struct {
	Role        adtally.Role         `json:"role" enum:"viewer,editor,builder,admin"`
	Permissions []adtally.Permission `json:"permissions,omitempty" enum:"credentials,syncs" nullable:"false"`
}

func (p AccessLevel) words() adtally.AccessLevel {
	return adtally.AccessLevel{Role: p.Role, Permissions: once(p.Permissions)}
}

// once drops what is said twice. The schema does not forbid it: huma's check for
// that falls over elements that are objects.
func once(list []adtally.Permission) []adtally.Permission {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

type inviteForm struct {
	Body struct {
		AccessLevel
		Email string `json:"email" format:"email" maxLength:"254"`
	}
}

type newInvite struct {
	Body struct {
		Invite
		Link string `json:"link" doc:"For the one who is invited; it is shown this once"`
	}
}

func (g invites) make(ctx context.Context, who Caller, in *inviteForm) (*newInvite, error) {
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
	// What follows a # is sent to no server, and so is in no log.
	out.Body.Invite, out.Body.Link = g.show(i, g.names(ctx)), strings.TrimSuffix(g.PublicURL, "/")+"/invite#"+code
	return out, nil
}

func orTaken(err error) error {
	if err != nil {
		return err
	}
	return fieldRefusal{refusal("email_taken", "There is a user with this e-mail address", "Change that user instead."), "body.email"}
}

// ByCode is the part of an input that names an invite by its code.
type ByCode struct {
	Code string `path:"invite" maxLength:"100" doc:"The code in the link, after the #"`
}

// InviteView is an invite, as whoever has the link may see it.
type InviteView struct {
	Email   string       `json:"email"`
	Role    adtally.Role `json:"role" enum:"viewer,editor,builder,admin"`
	Expires time.Time    `json:"expires"`
}

func (g invites) get(ctx context.Context, _ Caller, in *struct{ ByCode }) (*struct{ Body InviteView }, error) {
	i, err := g.open(ctx, in.Code)
	return &struct{ Body InviteView }{InviteView{i.Email, i.Role, i.Expires.UTC()}}, err
}

// open finds an invite that may be used. Why another one may not is nobody's
// business.
func (g invites) open(ctx context.Context, code string) (adtally.Invite, error) {
	i, err := g.Store.Invite(ctx, hashed(code), "", g.Now())
	if missing(err) || err == nil && !i.Open(g.Now()) {
		return i, refusal("invite_gone", "This invite does not work, or no longer", "Ask an admin for a new one.")
	}
	return i, err
}

type acceptForm struct {
	ByCode
	Body struct {
		Name     string `json:"name" pattern:"\\S" maxLength:"200"`
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
	ID string `path:"invite" maxLength:"100" doc:"The invite's id"`
}

func (g invites) revoke(ctx context.Context, who Caller, in *inviteID) (*nothing, error) {
	return nil, g.Store.RevokeInvite(ctx, in.ID, g.audited(who, "invite.revoke", object("invite", in.ID), nil))
}
