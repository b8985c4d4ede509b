package graphsim

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// keyring holds the access tokens and what they open.
type keyring struct {
	mu   sync.Mutex
	main string
	keys map[string]*key
}

// key is one access token.
type key struct {
	userID, userName string
	kind             string // as debug_token prints it
	scopes           []string
	issued, expires  time.Time // zero expires = never
	dead             *refusal  // nil = it works
}

const (
	appID   = "1029384756"
	appName = "Simulated app"
	userID  = "122098765432101234"
)

func newKeyring(token string, now time.Time) *keyring {
	if token == "" {
		token = "EAA" + rand.Text() + rand.Text()
	}
	k := &keyring{main: token, keys: map[string]*key{}}
	k.keys[token] = &key{
		userID: userID, userName: "Simulated system user", kind: "SYSTEM_USER",
		scopes: defaultScopes(), issued: now.Add(-30 * 24 * time.Hour),
	}
	return k
}

func defaultScopes() []string { return []string{"ads_read", "business_management", "public_profile"} }

// open says whose token it is, or why it opens nothing.
func (k *keyring) open(token string) (key, *refusal) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found, isKnown := k.keys[token]
	switch {
	case token == "":
		return key{}, &refusal{Code: 104, Message: "(#104) An access token is required to request this resource."}
	case !isKnown:
		return key{}, &refusal{Code: 190, Message: "Invalid OAuth access token - Cannot parse access token"}
	case found.dead != nil:
		return key{}, found.dead
	}
	return *found, nil
}

// find is a token's key as it is now, dead or not.
func (k *keyring) find(token string) (key, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found, isKnown := k.keys[token]
	if !isKnown {
		return key{}, false
	}
	return *found, true
}

// revoke kills the main token with a subcode of error 190; 0 revives it.
func (k *keyring) revoke(subcode int, message string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if subcode == 0 {
		k.keys[k.main].dead = nil
		return
	}
	if message == "" {
		message = "Error validating access token: The session is no longer valid."
	}
	k.keys[k.main].dead = &refusal{Code: 190, Subcode: subcode, Message: message}
}

// kill has the main token refused.
func (k *keyring) kill(why *refusal) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys[k.main].dead = why
}

func (k *keyring) dropScope(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	main := k.keys[k.main]
	main.scopes = slices.DeleteFunc(slices.Clone(main.scopes), func(s string) bool { return s == name })
}

func (k *keyring) setScopes(scopes []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys[k.main].scopes = scopes
}

func (k key) may(scopes ...string) bool {
	return slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(k.scopes, s) })
}

// debugToken is GET /debug_token: 200 for every token that can be read.
func (s *Server) debugToken(c *call) ([]byte, *refusal) {
	if _, refused := s.keys.open(c.token); refused != nil && !strings.HasPrefix(c.token, appID+"|") {
		return nil, refused
	}
	input := c.params.Get("input_token")
	if input == "" {
		return nil, badRequest("The parameter input_token is required")
	}
	k, isKnown := s.keys.find(input)
	data := map[string]any{"app_id": appID, "type": "USER", "application": appName, "is_valid": false, "scopes": []any{}}
	if !isKnown {
		data["error"] = map[string]any{"code": 190, "message": "Invalid OAuth access token."}
		return appendValue(nil, map[string]any{"data": data}), nil
	}
	scopes, granular := []any{}, []any{}
	for _, scope := range k.scopes {
		scopes, granular = append(scopes, scope), append(granular, map[string]any{"scope": scope})
	}
	data["type"], data["user_id"], data["is_valid"] = k.kind, k.userID, k.dead == nil
	data["scopes"], data["granular_scopes"] = scopes, granular
	data["issued_at"], data["expires_at"], data["data_access_expires_at"] = k.issued.Unix(), unixOrZero(k.expires), int64(0)
	if k.dead != nil {
		data["error"] = map[string]any{"code": k.dead.Code, "subcode": k.dead.Subcode, "message": k.dead.Message}
	}
	return appendValue(nil, map[string]any{"data": data}), nil
}

func unixOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func permissions(k key) []byte {
	list := []any{}
	for _, scope := range k.scopes {
		list = append(list, map[string]any{"permission": scope, "status": "granted"})
	}
	return fmt.Appendf(nil, `{"data":%s}`, appendValue(nil, list))
}
