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

// logins logs people in, for all operations that do so.
type logins struct{ *shell }

// known is the output of an operation that logs a person in.
type known struct {
	SetCookie http.Cookie `header:"Set-Cookie" doc:"Session cookie"`
	Body      Person
}

// admitted starts a session for a user.
func (g logins) admitted(ctx context.Context, who Caller, u adtally.User) (*known, error) {
	cookie, err := g.begin(ctx, who, u)
	return &known{SetCookie: cookie, Body: personOf(u)}, err
}

// withTimeout refuses a login attempt that comes too early.
func (g logins) withTimeout(who Caller, account string) error {
	now := g.Now()
	wait := g.throttle.Try(account, network(who.From), now)
	if wait == 0 {
		return nil
	}
	return &adtally.Fault{Act: adtally.Wait, Code: "too_many_tries", Message: "There were too many failed attempts",
		Hint: "Try again after the time in until.", Until: now.Add(wait)}
}

// network returns the unit that is throttled: an IPv4 address, or the /64 that every
// owner of IPv6 has at least.
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

// verify returns the user with this e-mail address and password. A failure has the
// same answer and takes the same time, whatever its reason.
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

// refused records that a login by OIDC failed.
func (g logins) refused(ctx context.Context, who Caller, u adtally.User, email string, why error) error {
	d := g.audited(who, "session.refused", object("user", u.ID), map[string]string{"email": truncateEmail(email), "by": "oidc", "why": adtally.FaultOf(why).Code})
	if err := g.Store.AddAuditEntry(ctx, d); err != nil {
		return err
	}
	return why
}

// truncateEmail limits the length of an e-mail address that a provider sent.
func truncateEmail(email string) string {
	return strings.ToValidUTF8(email[:min(len(email), longestEmail)], "")
}

// newUser returns a user with a password. It does not store them.
func (g logins) newUser(ctx context.Context, name, email, text string, level adtally.AccessLevel) (adtally.User, error) {
	if err := password.Check(text, email); err != nil {
		return adtally.User{}, fieldRefusal{adtally.FaultOf(err), "body.password"}
	}
	hash, err := g.Passwords.Hash(ctx, text)
	if err != nil {
		return adtally.User{}, err
	}
	u := g.bareUser(name, email, level)
	u.Password = hash
	return u, nil
}

func (g logins) bareUser(name, email string, level adtally.AccessLevel) adtally.User {
	return adtally.User{ID: g.NewID(), Email: email, Name: cmp.Or(oneLine(name, longestName), email), AccessLevel: level, Version: 1, Created: g.Now()}
}

// by returns the caller as the user who just logged in, for the audit log.
func (c Caller) by(u adtally.User) Caller {
	c.Kind, c.ID, c.Name, c.AccessLevel = person, u.ID, u.Name, u.AccessLevel
	return c
}

// normalizeEmail normalizes an e-mail address.
func normalizeEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// address validates and normalizes a new e-mail address.
func address(email string) (string, error) {
	text := normalizeEmail(email)
	if a, err := mail.ParseAddress(text); err != nil || a.Address != text {
		return "", invalid("body.email", "This is not an e-mail address")
	}
	return text, nil
}

// object returns kind:id for the audit log; "" = none.
func object(kind, id string) string {
	if id == "" {
		return ""
	}
	return kind + ":" + id
}

// timeOrNil returns nil for the zero time.
func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
