package api

import (
	"cmp"
	"context"
	"net/http"
	"net/mail"
	"net/netip"
	"strings"
	"time"

	"adtally"
	"adtally/internal/api/password"
)

// logins is how somebody becomes known, whichever operation they use for it.
type logins struct{ *shell }

// known is the output of what logs somebody in.
type known struct {
	SetCookie http.Cookie `header:"Set-Cookie" doc:"The session"`
	Body      Person
}

// admitted logs a user in and says who they are.
func (g logins) admitted(ctx context.Context, who Caller, u adtally.User) (*known, error) {
	cookie, err := g.begin(ctx, who, u)
	return &known{SetCookie: cookie, Body: personOf(u)}, err
}

// withTimeout lets a try at an account through unless it comes too early.
func (g logins) withTimeout(who Caller, account string) error {
	now := g.Now()
	wait := g.throttle.Try(account, network(who.From), now)
	if wait == 0 {
		return nil
	}
	return &adtally.Fault{Act: adtally.Wait, Code: "too_many_tries", Message: "There were too many tries that were not good",
		Hint: "Wait until the moment named, and try again then.", Until: now.Add(wait)}
}

// network is whose address it is: an owner of IPv6 has at least a /64 of them.
func network(from string) string {
	a, err := netip.ParseAddr(from)
	if err != nil || a.Unmap().Is4() {
		return from
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return from
	}
	return p.String()
}

// verify finds the user whose password it is. Whatever is wrong, the answer is
// the same, and so is the work that it took.
func (g logins) verify(ctx context.Context, who Caller, email, text string) (adtally.User, error) {
	if err := g.withTimeout(who, email); err != nil {
		return adtally.User{}, err
	}
	u, err := g.Store.UserByEmail(ctx, email)
	if err != nil && !missing(err) {
		return adtally.User{}, err
	}
	good, err := g.Passwords.Matches(ctx, text, u.Password)
	if err != nil {
		return adtally.User{}, err
	}
	if good && !u.Disabled {
		g.throttle.Good(email, network(who.From))
		return u, nil
	}
	if err := g.Store.AddAuditEntry(ctx, g.audited(who, "session.refused", object("user", u.ID), map[string]string{"email": email})); err != nil {
		return adtally.User{}, err
	}
	return adtally.User{}, refusal("wrong_login", "The e-mail address or the password is wrong", "Try again, or ask an admin.")
}

// refused writes down that the provider's word let nobody in.
func (g logins) refused(ctx context.Context, who Caller, u adtally.User, email string, why error) error {
	d := g.audited(who, "session.refused", object("user", u.ID), map[string]string{"email": cut(email), "by": "oidc", "why": adtally.FaultOf(why).Code})
	if err := g.Store.AddAuditEntry(ctx, d); err != nil {
		return err
	}
	return why
}

// cut keeps what a provider says within bounds.
func cut(email string) string { return strings.ToValidUTF8(email[:min(len(email), longestEmail)], "") }

// newUser is a user with a password who is not yet kept.
func (g logins) newUser(ctx context.Context, name, email, text string, powers adtally.AccessLevel) (adtally.User, error) {
	if err := password.Check(text, email); err != nil {
		return adtally.User{}, fieldRefusal{adtally.FaultOf(err), "body.password"}
	}
	hash, err := g.Passwords.Hash(ctx, text)
	if err != nil {
		return adtally.User{}, err
	}
	u := g.bareUser(name, email, powers)
	u.Password = hash
	return u, nil
}

func (g logins) bareUser(name, email string, powers adtally.AccessLevel) adtally.User {
	return adtally.User{ID: g.NewID(), Email: email, Name: cmp.Or(oneLine(name, longestName), email), AccessLevel: powers, Version: 1, Created: g.Now()}
}

// by is a caller as the user that they have just become, for the audit log.
func (c Caller) by(u adtally.User) Caller {
	c.Kind, c.ID, c.Name, c.AccessLevel = person, u.ID, u.Name, u.AccessLevel
	return c
}

// plain is an e-mail address as it is kept.
func plain(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// address is the same of one that is new: it must be an address and no more.
func address(email string) (string, error) {
	text := plain(email)
	if a, err := mail.ParseAddress(text); err != nil || a.Address != text {
		return "", invalid("body.email", "This is no e-mail address")
	}
	return text, nil
}

// object names a thing in the audit log; "" = none.
func object(kind, id string) string {
	if id == "" {
		return ""
	}
	return kind + ":" + id
}

// given is a moment, where there is one.
func given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
