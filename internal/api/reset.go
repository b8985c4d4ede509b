package api

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"time"

	"adtally"
	"adtally/internal/api/password"
)

// resets serves links with which people choose a new password.
type resets struct {
	*shell
	logins logins
}

// ResetLife is how long a link to a new password can be used.
const ResetLife = 24 * time.Hour

func (g resets) register() {
	const one = "/api/v1/resets/{code}"
	handle(g.shell, operation{ID: "create-password-reset", Method: http.MethodPost, Path: "/api/v1/users/{id}/reset", Tag: tagPeople, Access: Access{Role: adtally.Admin, Person: true}, Status: http.StatusCreated,
		Summary: "Create a link with which a person chooses a new password", Text: "The link is shown in this response only. It works once, for one day, and revokes earlier links. Nothing else changes until the person uses it.",
		Refuses: []int{http.StatusConflict}}, g.create)
	handle(g.shell, operation{ID: "get-password-reset", Method: http.MethodGet, Path: one, Tag: tagPeople, Access: public, Summary: "Get the account of a password link"}, g.get)
	handle(g.shell, operation{ID: "reset-password", Method: http.MethodPost, Path: one, Tag: tagPeople, Access: public, Summary: "Choose a new password and log in", Text: "Ends all sessions of the person.",
		Refuses: []int{http.StatusServiceUnavailable}}, g.use)
}

// ResetLink is a link to a new password.
type ResetLink struct {
	Link    string    `json:"link" doc:"Link for the person; returned only here" format:"uri-reference"`
	Expires time.Time `json:"expires" doc:"When the link expires"`
}

// NewReset returns a reset to store and its link.
func NewReset(user, by, publicURL string, now time.Time) (adtally.Reset, string) {
	code := rand.Text() + rand.Text()
	// The part after # is never sent to a server, so it appears in no log.
	return adtally.Reset{Code: hashed(code), User: user, By: by, Made: now, Expires: now.Add(ResetLife)}, strings.TrimSuffix(publicURL, "/") + "/reset#" + code
}

func (g resets) create(ctx context.Context, who Caller, in *struct{ ByID }) (*struct{ Body ResetLink }, error) {
	u, err := g.Store.User(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if u.Disabled {
		return nil, refusal("conflict", "This person is disabled", "Enable them first.")
	}
	r, link := NewReset(u.ID, who.String(), g.PublicURL, g.Now())
	if err := g.Store.AddReset(ctx, r, g.audited(who, "reset.create", object("user", u.ID), nil)); err != nil {
		return nil, err
	}
	return &struct{ Body ResetLink }{ResetLink{link, r.Expires.UTC()}}, nil
}

// ByResetCode is the part of an input that names a link by its code.
type ByResetCode struct {
	Code string `path:"code" maxLength:"100" doc:"Code from the link, after the #"`
}

// ResetView is a link as its holder sees it.
type ResetView struct {
	Email   string    `json:"email" doc:"E-mail address of the person"`
	Expires time.Time `json:"expires" doc:"When the link expires"`
}

// open returns a usable reset and its person. The refusal does not say why a link
// cannot be used.
func (g resets) open(ctx context.Context, code string) (adtally.Reset, adtally.User, error) {
	gone := refusal("reset_gone", "This link is invalid, used or expired", "Ask an admin for a new link.")
	r, err := g.Store.Reset(ctx, hashed(code))
	if missing(err) || err == nil && !r.Open(g.Now()) {
		return r, adtally.User{}, gone
	}
	if err != nil {
		return r, adtally.User{}, err
	}
	u, err := g.Store.User(ctx, r.User)
	if missing(err) || err == nil && u.Disabled {
		return r, u, gone
	}
	return r, u, err
}

func (g resets) get(ctx context.Context, _ Caller, in *struct{ ByResetCode }) (*struct{ Body ResetView }, error) {
	r, u, err := g.open(ctx, in.Code)
	return &struct{ Body ResetView }{ResetView{u.Email, r.Expires.UTC()}}, err
}

func (g resets) use(ctx context.Context, who Caller, in *struct {
	ByResetCode
	Body struct {
		Password string `json:"password" maxLength:"256" doc:"New password, at least 12 characters"`
	}
},
) (*known, error) {
	r, u, err := g.open(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	if err := password.Check(in.Body.Password, u.Email); err != nil {
		return nil, fieldRefusal{adtally.FaultOf(err), "body.password"}
	}
	hash, err := g.Passwords.Hash(ctx, in.Body.Password)
	if err != nil {
		return nil, err
	}
	if u, err = g.Store.UseReset(ctx, r.Code, hash, g.audited(who.by(u), "reset.use", object("user", u.ID), nil)); err != nil {
		return nil, err
	}
	return g.logins.admitted(ctx, who, u)
}
