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

// claims are what the provider says of somebody.
type claims struct {
	Subject  string `json:"-"`
	Email    string `json:"email"`
	Verified *yes   `json:"email_verified"` // nil = it does not say
	Name     string `json:"name"`
	Party    string `json:"azp"`
}

// yes is a bool that some providers write as a text.
type yes bool

// UnmarshalJSON reads both; what is neither is no.
func (y *yes) UnmarshalJSON(text []byte) error {
	var v any
	err := json.Unmarshal(text, &v)
	said, _ := v.(string)
	*y = yes(v == true || strings.EqualFold(said, "true"))
	return err
}

// verified says whether there is an address that the provider vouches for.
func (c claims) verified() bool { return c.Email != "" && c.Verified != nil && bool(*c.Verified) }

const (
	// longestSubject is what OpenID Connect Core 1.0, section 2, allows.
	longestSubject = 255
	longestCode    = 4000
	longestEmail   = 254 // RFC 5321, 4.5.3.1.3, without the brackets
	longestName    = 200
	// leeway is how far two clocks may be apart.
	leeway = time.Minute
	// askAgain is how seldom the provider is asked for its keys and ways again.
	askAgain = time.Minute
)

// exchange turns the code into what the provider says, and checks that it says
// it to us, now, and about this login.
func (g *oidcLogin) exchange(ctx context.Context, e errand, in *oidcFinish) (c claims, err error) {
	refused := refusal("oidc_refused", "The OIDC provider did not let this login through", "Begin again, or ask an admin.")
	conf, provider, err := g.config(ctx, time.Time{})
	if err != nil {
		return c, err
	}
	if in.Error != "" || in.Code == "" || len(in.Code) > longestCode {
		return c, because(refused, "come back", fmt.Errorf("the provider says %q", oneLine(in.Error, longestName)))
	}
	ctx = g.withClient(ctx)
	token, err := conf.Exchange(ctx, in.Code, oauth2.VerifierOption(e.Verifier))
	if err != nil {
		return c, because(refused, "exchange the code", err)
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
		return c, because(refused, "read the ID token", err)
	}
	c.Subject, c.Email, c.Name = id.Issuer+" "+id.Subject, plain(c.Email), oneLine(c.Name, longestName)
	if len(c.Email) > longestEmail || c.Email != oneLine(c.Email, longestEmail) {
		c.Email = ""
	}
	return c, nil
}

// verify checks an ID token. Where it does not fit, the provider may have other
// keys or another algorithm than it had: it is asked again.
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

// fit checks of an ID token what the library leaves to us (OpenID Connect Core
// 1.0, sections 2 and 3.1.3.7).
func (c claims) fit(id *oidc.IDToken, e errand, client string) error {
	switch {
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(e.Nonce)) != 1:
		return errors.New("the nonce is another login's")
	case strings.TrimSpace(id.Subject) == "" || len(id.Subject) > longestSubject:
		return errors.New("it names nobody (sub)")
	case c.Party != "" && c.Party != client || c.Party == "" && len(slices.Compact(slices.Sorted(slices.Values(id.Audience)))) > 1:
		return errors.New("it was made for another program (azp)")
	}
	return nil
}

// ask asks the provider for what it left out of the ID token. What it does not
// tell stays unknown; what it tells of somebody else is refused.
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
		// The rest of the error may repeat what was answered.
		said, _, _ := strings.Cut(err.Error(), ":")
		g.Log.WarnContext(ctx, "the OIDC provider does not answer userinfo", "error", said)
		return nil
	}
	if info.Subject != id.Subject {
		return errors.New("userinfo is about somebody else")
	}
	if c.Email == "" || strings.EqualFold(c.Email, more.Email) {
		c.Email, c.Verified = more.Email, more.Verified
	}
	c.Name = cmp.Or(c.Name, more.Name)
	return nil
}

// because keeps for the log what the visitor is not told. What the provider
// answered is left out but for its code: it may hold a token.
func because(f *adtally.Fault, what string, err error) error {
	if r, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		err = fmt.Errorf("the provider says %q", r.ErrorCode)
	}
	f.Err = fmt.Errorf("%s: %w", what, err)
	return f
}

// oneLine is somebody else's text in one line, without what controls a terminal or
// turns the direction of writing, and not longer than it may be.
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
