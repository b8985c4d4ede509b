package graphsim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// code is the result of a login: valid once, for ten minutes.
type code struct {
	app, person, redirect string
	scopes, declined      []string
	made                  time.Time
	used                  bool
}

const codeLife = 10 * time.Minute

// oauth answers /oauth/…, which needs no token (docs/meta-api.md#login).
func (s *Server) oauth(c *call) ([]byte, *refusal) {
	if len(c.path) < 2 {
		return nil, unknownEdge("oauth", "Page")
	}
	id := c.params.Get("client_id")
	if refused := s.isApp(id, c.params.Get("client_secret")); refused != nil {
		return nil, refused
	}
	switch c.path[1] + " " + c.params.Get("grant_type") {
	case "access_token ", "access_token authorization_code":
		return s.exchangeCode(c, id)
	case "access_token fb_exchange_token":
		return s.exchange(c, id)
	case "access_token client_credentials":
		return appendValue(nil, map[string]any{"access_token": id + "|" + c.params.Get("client_secret"), "token_type": "bearer"}), nil
	case "revoke ":
		return s.revokeToken(c, id)
	}
	return nil, badRequest("The grant_type is not known")
}

// exchangeCode returns the token for a login's code.
func (s *Server) exchangeCode(c *call, app string) ([]byte, *refusal) {
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	found := s.keys.codes[c.params.Get("code")]
	switch {
	case found == nil || found.app != app:
		return nil, &refusal{Code: 100, Message: "Invalid verification code format."}
	case found.used:
		return nil, must(100, 36009)
	case s.clock.Now().Sub(found.made) >= codeLife:
		return nil, &refusal{Code: 100, Subcode: 36007, Message: "This authorization code has expired."}
	case found.redirect != c.params.Get("redirect_uri"):
		return nil, &refusal{Code: 100, Subcode: 36008, Message: "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request"}
	}
	found.used = true
	return s.keys.handOver(s.keys.mint(app, found.person, kindUser, shortLife, found.scopes, found.declined)), nil
}

// exchange returns a long-lived token for a valid token.
func (s *Server) exchange(c *call, app string) ([]byte, *refusal) {
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	old := s.keys.keys[c.params.Get("fb_exchange_token")]
	if old == nil || old.app != app {
		return nil, &refusal{Code: 190, Message: "Invalid OAuth access token - Cannot parse access token"}
	}
	if refused := s.keys.ended(old); refused != nil {
		return nil, refused
	}
	if old.kind == kindSystem && (old.expires.IsZero() || c.params.Get("set_token_expires_in_60_days") != "true") {
		return nil, badRequest("This token cannot be exchanged")
	}
	made := s.keys.mint(app, old.userID, old.kind, longLife, old.scopes, old.declined)
	if s.keys.apps[app].Rigid && !old.expires.IsZero() && old.expires.Sub(old.issued) > shortLife {
		made.expires = old.expires
	}
	return s.keys.handOver(made), nil
}

// handOver formats a token as the answer to the caller.
func (k *keyring) handOver(made *key) []byte {
	out := map[string]any{"access_token": made.token, "token_type": "bearer"}
	if !made.expires.IsZero() && !k.apps[made.app].Terse {
		out["expires_in"] = int64(made.expires.Sub(k.clock.Now()).Seconds())
	}
	return appendValue(nil, out)
}

func (s *Server) revokeToken(c *call, app string) ([]byte, *refusal) {
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	if old := s.keys.keys[c.params.Get("revoke_token")]; old != nil && old.app == app {
		delete(s.keys.keys, old.token)
	}
	return []byte(`{"success":true}`), nil
}

// systemUserToken answers POST /{system user}/access_tokens.
func (s *Server) systemUserToken(c *call, k key) ([]byte, *refusal) {
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	user, app := s.keys.people[c.path[0]], s.keys.apps[c.params.Get("business_app")]
	switch {
	case user == nil || !user.System:
		return nil, unsupported(http.MethodPost, c.path[0])
	case !k.may("business_management"):
		return nil, needsBusinessManagement()
	case app == nil:
		return nil, badRequest("The parameter business_app is required")
	case c.proof == "":
		return nil, badRequest("The parameter appsecret_proof is required")
	}
	life := time.Duration(0)
	if c.params.Get("set_token_expires_in_60_days") == "true" {
		life = longLife
	}
	scopes := strings.FieldsFunc(c.params.Get("scope"), func(r rune) bool { return r == ',' || r == ' ' })
	return appendValue(nil, map[string]any{"access_token": s.keys.mint(app.ID, user.ID, kindSystem, life, scopes, nil).token}), nil
}

// Kinds of token for Mint.
const (
	ShortToken    = "short"
	LongToken     = "long"
	SystemToken   = "system"
	SystemToken60 = "system60"
	mintKinds     = "short, long, system, system60"
)

// Mint creates a token without a login, as Meta's tools do.
func (s *Server) Mint(kind, person, app string, scopes ...string) (string, *refusal) {
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	who := s.keys.people[person]
	if who == nil || s.keys.apps[app] == nil {
		return "", badRequest("There is no such person, or no such app")
	}
	life, isKnown := map[string]time.Duration{ShortToken: shortLife, LongToken: longLife, SystemToken: 0, SystemToken60: longLife}[kind]
	if !isKnown || who.System != (kind == SystemToken || kind == SystemToken60) {
		return "", badRequest("A token of this kind cannot be made for %s; kinds are %s", who.Name, mintKinds)
	}
	if len(scopes) == 0 {
		scopes = defaultScopes()
	}
	graph := kindUser
	if who.System {
		graph = kindSystem
	} else {
		who.active[app] = s.clock.Now()
	}
	return s.keys.mint(app, person, graph, life, slices.Clone(scopes), nil).token, nil
}
