package graphsim

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// App is an app at Meta, with its developers' settings.
type App struct {
	ID     string `json:"id"`
	Secret string `json:"secret"` // "" generates one
	Name   string `json:"name"`
	// Development means that only people with a role in the app can use it.
	Development bool `json:"development"`
	Blocked     bool `json:"blocked"`
	// Proof is the setting "Require app secret": calls need an appsecret_proof.
	Proof bool `json:"require_proof"`
	// Redirects are the URLs that a login may return to; empty for any.
	Redirects []string `json:"redirect_uris"`
	// Terse apps get no expires_in; some of Meta's answers omit it (docs/meta-api.md#login).
	Terse bool `json:"terse"`
	// Rigid apps get tokens that expire together with the token that they were exchanged for.
	Rigid bool `json:"rigid"`
}

// Person is a person with a Facebook account, or a system user of a business.
type Person struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	System bool   `json:"system"`
	// Accounts are the simulator's accounts that the person sees; nil for all.
	Accounts []string `json:"accounts"`
	// Businesses are the businesses to which the person belongs; nil for all with an account
	// that the person sees, which is the simulator's own rule.
	Businesses []string `json:"businesses"`
	// Apps are the apps in which the person has a role.
	Apps []string `json:"apps"`

	checkpoint bool
	changed    time.Time            // when they last changed their password or logged out everywhere
	loggedOut  bool                 // whether it was a logout
	removed    map[string]time.Time // app → when they removed it
	active     map[string]time.Time // app → when they last used it
}

// sees reports whether an account is shared with the person.
func (p *Person) sees(account string) bool {
	return p.Accounts == nil || slices.Contains(p.Accounts, strings.TrimPrefix(account, "act_"))
}

// The initial app and people.
const (
	appID    = "1029384756"
	appName  = "Simulated app"
	userID   = "122098765432101234"
	userName = "Simulated system user"
	personID = "10228765432109876"
)

// SetApp adds or replaces an app and returns it.
func (s *Server) SetApp(a App) App {
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	if known := s.keys.apps[a.ID]; known != nil && a.Secret == "" {
		a.Secret = known.Secret
	}
	if a.Secret == "" {
		a.Secret = strings.ToLower(rand.Text() + rand.Text())[:32]
	}
	s.keys.apps[a.ID] = &a
	return a
}

// App returns an app; false if there is none.
func (s *Server) App(id string) (App, bool) {
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	a := s.keys.apps[id]
	if a == nil {
		return App{}, false
	}
	return *a, true
}

// MainApp returns the app of Token.
func (s *Server) MainApp() App {
	a, _ := s.App(appID)
	return a
}

// SetPerson adds a person or changes what they see. Earlier events stay in effect.
func (s *Server) SetPerson(p Person) {
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	s.keys.setPerson(p)
}

func (k *keyring) setPerson(p Person) {
	for i, id := range p.Accounts {
		p.Accounts[i] = strings.TrimPrefix(id, "act_")
	}
	if known := k.people[p.ID]; known != nil {
		p.checkpoint, p.changed, p.loggedOut, p.removed, p.active = known.checkpoint, known.changed, known.loggedOut, known.removed, known.active
	} else {
		p.removed, p.active = map[string]time.Time{}, map[string]time.Time{}
		k.order = append(k.order, p.ID)
	}
	k.people[p.ID] = &p
}

// injectEvent makes an event happen to a person (docs/meta-api.md#tokens).
func (k *keyring) injectEvent(event, person, app string, now time.Time) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	p := k.people[person]
	if p == nil {
		return fmt.Errorf("unknown person %q", person)
	}
	switch event {
	case "password_changed", "logged_out":
		p.changed, p.loggedOut = now, event == "logged_out"
	case "checkpoint":
		p.checkpoint = true
	case "checkpoint_passed":
		p.checkpoint = false
	case "app_removed":
		p.removed[app] = now
	case "used_app":
		p.active[app] = now
	default:
		return fmt.Errorf("unknown event %q; the events are password_changed, logged_out, checkpoint, checkpoint_passed, app_removed, used_app", event)
	}
	return nil
}

// InjectEvent makes an event happen to a person: password_changed, logged_out, checkpoint,
// checkpoint_passed, app_removed or used_app.
func (s *Server) InjectEvent(event, person, app string) error {
	return s.keys.injectEvent(event, person, app, s.clock.Now())
}

// proof returns the appsecret_proof of a token, which only a server with the app's secret
// can compute (docs/meta-api.md#tokens).
func (a *App) proof(token string) string {
	mac := hmac.New(sha256.New, []byte(a.Secret))
	mac.Write([]byte(token))
	return fmt.Sprintf("%x", mac.Sum(nil))
}

// admits returns the error of a call that the app does not allow.
func (a *App) admits(token, proof string) *refusal {
	switch {
	case proof != "" && subtle.ConstantTimeCompare([]byte(proof), []byte(a.proof(token))) != 1:
		return &refusal{Code: 100, Type: "GraphMethodException", Message: "Invalid appsecret_proof provided in the API argument"}
	case proof == "" && a.Proof:
		return &refusal{Code: 100, Type: "GraphMethodException", Message: "API calls from the server require an appsecret_proof argument"}
	case a.Blocked:
		return &refusal{Status: http.StatusForbidden, Code: 200, Message: "API access blocked."}
	}
	return nil
}

// lets reports whether a person may use the app at all.
func (a *App) lets(p *Person) bool {
	return !a.Development || p.System || slices.Contains(p.Apps, a.ID)
}
