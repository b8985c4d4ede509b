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

// resets let people who have forgotten their password choose another one.
type resets struct {
	*shell
	logins logins
}

// ResetLife is how long a link to a new password works.
const ResetLife = 24 * time.Hour

func (g resets) register() {
	const one = "/api/v1/resets/{code}"
	handle(g.shell, operation{ID: "create-password-reset", Method: http.MethodPost, Path: "/api/v1/users/{id}/reset", Tag: tagPeople, Access: Access{Role: adtally.Admin, Person: true}, Status: http.StatusCreated,
		Summary: "Make a link by which somebody chooses a new password", Text: "It is shown once, works once, for a day, and puts an end to the ones before. Nothing else of the person changes until they use it.",
		Refuses: []int{http.StatusConflict}}, g.make)
	handle(g.shell, operation{ID: "get-password-reset", Method: http.MethodGet, Path: one, Tag: tagPeople, Access: public, Summary: "Show whose password a link resets"}, g.get)
	handle(g.shell, operation{ID: "reset-password", Method: http.MethodPost, Path: one, Tag: tagPeople, Access: public, Summary: "Choose a new password and log in", Text: "All sessions of the person end.",
		Refuses: []int{http.StatusServiceUnavailable}}, g.use)
}

// ResetLink is a link to a new password.
type ResetLink struct {
	Link    string    `json:"link" doc:"For the one whose password it is; it is shown this once"`
	Expires time.Time `json:"expires"`
}

// NewReset is a link to a new password, and what is kept of it.
func NewReset(user, by, publicURL string, now time.Time) (adtally.Reset, string) {
	code := rand.Text() + rand.Text()
	// What follows a # is sent to no server, and so is in no log.
	return adtally.Reset{Code: hashed(code), User: user, By: by, Made: now, Expires: now.Add(ResetLife)}, strings.TrimSuffix(publicURL, "/") + "/reset#" + code
}

func (g resets) make(ctx context.Context, who Caller, in *struct{ ByID }) (*struct{ Body ResetLink }, error) {
	u, err := g.Store.User(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if u.Disabled {
		return nil, refusal("conflict", "This person may not log in", "Let them in again first.")
	}
	r, link := NewReset(u.ID, who.String(), g.PublicURL, g.Now())
	if err := g.Store.AddReset(ctx, r, g.audited(who, "reset.create", object("user", u.ID), nil)); err != nil {
		return nil, err
	}
	return &struct{ Body ResetLink }{ResetLink{link, r.Expires.UTC()}}, nil
}

// ByResetCode is the part of an input that names a link by its code.
type ByResetCode struct {
	Code string `path:"code" maxLength:"100" doc:"The code in the link, after the #"`
}

// ResetView is a link, as whoever has it may see it.
type ResetView struct {
	Email   string    `json:"email"`
	Expires time.Time `json:"expires"`
}

// open finds a link that works, and its person. Why another one does not is nobody's
// business.
func (g resets) open(ctx context.Context, code string) (adtally.Reset, adtally.User, error) {
	gone := refusal("reset_gone", "This link does not work, or no longer", "Ask an admin for a new one.")
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
		Password string `json:"password" maxLength:"256" doc:"At least 12 characters"`
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
