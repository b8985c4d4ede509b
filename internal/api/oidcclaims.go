package api

import (
	"cmp"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"adtally"
)

// claims are the claims of an ID token.
type claims struct {
	Subject  string     `json:"-"`
	Email    string     `json:"email"`
	Verified *looseBool `json:"email_verified"` // nil = the provider does not say
	Name     string     `json:"name"`
	Party    string     `json:"azp"`
}

// looseBool is a bool that some providers send as a string.
type looseBool bool

// UnmarshalJSON reads both; every other value is false.
func (y *looseBool) UnmarshalJSON(text []byte) error {
	var v any
	err := json.Unmarshal(text, &v)
	said, _ := v.(string)
	*y = looseBool(v == true || strings.EqualFold(said, "true"))
	return err
}

// verified reports whether the provider has verified the e-mail address.
func (c claims) verified() bool { return c.Email != "" && c.Verified != nil && bool(*c.Verified) }

const (
	// longestSubject is the limit of OpenID Connect Core 1.0, section 2.
	longestSubject = 255
	longestCode    = 4000
	longestEmail   = 254 // RFC 5321, 4.5.3.1.3, without the brackets
	longestName    = 200
	// leeway is the accepted difference between two clocks.
	leeway = time.Minute
	// askAgain is the shortest time between two requests for the provider's metadata and
	// keys.
	askAgain = time.Minute
)

// exchange trades the code for claims, and checks that they were issued to us, now,
// and for this login.
func (g *oidcLogin) exchange(ctx context.Context, e oidcState, in *oidcFinish) (c claims, err error) {
	refused := refusal("oidc_refused", "The OIDC provider refused this login", "Start again, or ask an admin.")
	conf, provider, err := g.config(ctx, time.Time{})
	if err != nil {
		return c, err
	}
	if in.Error != "" || in.Code == "" || len(in.Code) > longestCode {
		return c, withCause(refused, "come back", fmt.Errorf("the provider says %q", oneLine(in.Error, longestName)))
	}
	ctx = g.withClient(ctx)
	token, err := conf.Exchange(ctx, in.Code, oauth2.VerifierOption(e.Verifier))
	if err != nil {
		return c, withCause(refused, "exchange the code", err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, provider, err := g.verify(ctx, provider, raw)
	if err == nil {
		err = id.Claims(&c)
	}
	if err == nil {
		err = c.fit(id, e, g.OIDC.ClientID)
	}
	if err == nil && (c.Email == "" || c.Verified == nil) {
		err = g.ask(ctx, provider, token, id, &c)
	}
	if err != nil {
		return c, withCause(refused, "read the ID token", err)
	}
	c.Subject, c.Email, c.Name = id.Issuer+" "+id.Subject, normalizeEmail(c.Email), oneLine(c.Name, longestName)
	if len(c.Email) > longestEmail || c.Email != oneLine(c.Email, longestEmail) {
		c.Email = ""
	}
	return c, nil
}

// verify checks an ID token. If that fails, the provider may have rotated its keys or
// changed its algorithm: its metadata is read again.
func (g *oidcLogin) verify(ctx context.Context, p *oidc.Provider, raw string) (*oidc.IDToken, *oidc.Provider, error) {
	check := &oidc.Config{ClientID: g.OIDC.ClientID, Now: func() time.Time { return g.Now().Add(-leeway) }}
	id, err := p.Verifier(check).Verify(ctx, raw)
	if err == nil {
		return id, p, nil
	}
	_, again, wrong := g.config(ctx, g.Now().Add(-askAgain))
	if wrong != nil || again == p {
		return nil, p, err
	}
	id, err = again.Verifier(check).Verify(ctx, raw)
	return id, again, err
}

// fit makes the checks of OpenID Connect Core 1.0, sections 2 and 3.1.3.7, that the
// library leaves to us.
func (c claims) fit(id *oidc.IDToken, e oidcState, client string) error {
	switch {
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(e.Nonce)) != 1:
		return errors.New("the nonce belongs to another login")
	case strings.TrimSpace(id.Subject) == "" || len(id.Subject) > longestSubject:
		return errors.New("the subject is missing or too long (sub)")
	case c.Party != "" && c.Party != client || c.Party == "" && len(slices.Compact(slices.Sorted(slices.Values(id.Audience)))) > 1:
		return errors.New("the token was issued to another client (azp)")
	}
	return nil
}

// ask calls userinfo for claims that the ID token lacks. Claims that it lacks too stay
// unknown; an answer about another subject is refused.
func (g *oidcLogin) ask(ctx context.Context, p *oidc.Provider, token *oauth2.Token, id *oidc.IDToken, c *claims) error {
	if p.UserInfoEndpoint() == "" {
		return nil
	}
	info, err := p.UserInfo(ctx, oauth2.StaticTokenSource(token))
	var more claims
	if err == nil {
		err = info.Claims(&more)
	}
	if err != nil {
		// The rest of the error may contain the answer.
		said, _, _ := strings.Cut(err.Error(), ":")
		g.Log.WarnContext(ctx, "the userinfo request to the OIDC provider failed", "error", said)
		return nil
	}
	if info.Subject != id.Subject {
		return errors.New("userinfo is about another subject")
	}
	if c.Email == "" || strings.EqualFold(c.Email, more.Email) {
		c.Email, c.Verified = more.Email, more.Verified
	}
	c.Name = cmp.Or(c.Name, more.Name)
	return nil
}

// withCause adds a cause that is logged and not shown. Of the provider's answer only the
// error code is kept: the rest may contain a token.
func withCause(f *adtally.Fault, what string, err error) error {
	if r, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		err = fmt.Errorf("the provider says %q", r.ErrorCode)
	}
	f.Err = fmt.Errorf("%s: %w", what, err)
	return f
}

// oneLine returns foreign text as one line of at most so many characters, without
// control characters and without characters that change the direction of writing.
func oneLine(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		s = strings.TrimSpace(string(r[:most]))
	}
	return s
}
