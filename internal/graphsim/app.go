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

// App is an app at Meta, as its developers set it up.
type App struct {
	ID     string `json:"id"`
	Secret string `json:"secret"` // "" = one is made up
	Name   string `json:"name"`
	// Development is an app that only people with a role in it can use.
	Development bool `json:"development"`
	Blocked     bool `json:"blocked"`
	// Proof is the setting "Require app secret": calls need an appsecret_proof.
	Proof bool `json:"require_proof"`
	// Redirects are the addresses that a login may come back to; none = any.
	Redirects []string `json:"redirect_uris"`
	// Terse apps are not told expires_in (META_API.md §7.3: some answers omit it).
	Terse bool `json:"terse"`
	// Rigid apps get tokens that end when the one they were exchanged for does.
	Rigid bool `json:"rigid"`
}

// Person is somebody with a Facebook account, or a system user of a business.
type Person struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	System bool   `json:"system"`
	// Accounts are those of the simulator's that they see; nil = all.
	Accounts []string `json:"accounts"`
	// Apps are those in which they have a role.
	Apps []string `json:"apps"`

	checkpoint bool
	changed    time.Time            // when they last changed their password, or logged out everywhere
	loggedOut  bool                 // that it was a logout
	removed    map[string]time.Time // apps, and when they removed them
	active     map[string]time.Time // apps, and when they last used them
}

// sees says whether an account is shared with them.
func (p *Person) sees(account string) bool {
	return p.Accounts == nil || slices.Contains(p.Accounts, strings.TrimPrefix(account, "act_"))
}

// The app, and the people, that are there from the beginning.
const (
	appID    = "1029384756"
	appName  = "Simulated app"
	userID   = "122098765432101234"
	userName = "Simulated system user"
	personID = "10228765432109876"
)

// SetApp adds an app, or sets one up anew, and gives it as it is.
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

// App is an app as it is set up; false = there is none.
func (s *Server) App(id string) (App, bool) {
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	a := s.keys.apps[id]
	if a == nil {
		return App{}, false
	}
	return *a, true
}

// MainApp is the app that Token was made for.
func (s *Server) MainApp() App {
	a, _ := s.App(appID)
	return a
}

// SetPerson adds a person, or says anew what they see. What befell them stays.
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

// injectEvent has something happen to a person, of META_API.md §7.9.
func (k *keyring) injectEvent(event, person, app string, now time.Time) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	p := k.people[person]
	if p == nil {
		return fmt.Errorf("there is no person %q", person)
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
		return fmt.Errorf("there is no event %q; there are password_changed, logged_out, checkpoint, checkpoint_passed, app_removed, used_app", event)
	}
	return nil
}

// InjectEvent has something happen to a person: password_changed, logged_out,
// checkpoint, checkpoint_passed, app_removed or used_app.
func (s *Server) InjectEvent(event, person, app string) error {
	return s.keys.injectEvent(event, person, app, s.clock.Now())
}

// proof is what a server that knows the app's secret can add to a token
// (META_API.md §7.7).
func (a *App) proof(token string) string {
	mac := hmac.New(sha256.New, []byte(a.Secret))
	mac.Write([]byte(token))
	return fmt.Sprintf("%x", mac.Sum(nil))
}

// admits says why an app does not let a call through.
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

// lets says whether a person may use an app at all.
func (a *App) lets(p *Person) bool {
	return !a.Development || p.System || slices.Contains(p.Apps, a.ID)
}
