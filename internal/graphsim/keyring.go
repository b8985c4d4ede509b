package graphsim

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// keyring holds the access tokens, apps, people and businesses.
type keyring struct {
	clock *clock
	main  string

	mu     sync.Mutex
	keys   map[string]*key
	apps   map[string]*App
	people map[string]*Person
	order  []string // the IDs of the people, in order
	codes  map[string]*code

	businesses []Business // set up by SetBusiness
}

// key is one access token.
type key struct {
	token            string
	app              string
	userID, userName string
	kind             string // as in debug_token
	scopes, declined []string
	issued, expires  time.Time // zero expires: never
	dead             *refusal  // nil if it is valid
	sees             func(account string) bool
	businesses       []string // of its owner; nil: the simulator's own rule
}

// Kinds of token in debug_token.
const (
	kindUser   = "USER"
	kindSystem = "SYSTEM_USER"
)

// The lifetimes of what a login returns (docs/meta-api.md#login). A short-lived token
// lasts one to two hours.
const (
	shortLife  = 2 * time.Hour
	longLife   = 5184000 * time.Second
	accessLife = 90 * 24 * time.Hour
)

func newKeyring(token string, c *clock) *keyring {
	if token == "" {
		token = newToken()
	}
	k := &keyring{clock: c, main: token, keys: map[string]*key{}, apps: map[string]*App{}, people: map[string]*Person{}, codes: map[string]*code{}}
	k.apps[appID] = &App{ID: appID, Name: appName, Secret: strings.ToLower(rand.Text() + rand.Text())[:32]}
	k.setPerson(Person{ID: userID, Name: userName, System: true})
	k.setPerson(Person{ID: personID, Name: "Petra Person"})
	k.keys[token] = &key{token: token, app: appID, userID: userID, kind: kindSystem, scopes: defaultScopes(), issued: c.Now().Add(-30 * 24 * time.Hour)}
	return k
}

func newToken() string { return "EAA" + rand.Text() + rand.Text() }

func defaultScopes() []string { return []string{"ads_read", "business_management", "public_profile"} }

// open returns the key of a token, or the error of an invalid token.
func (k *keyring) open(token, proof string) (key, *refusal) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found, isKnown := k.keys[token]
	switch {
	case token == "":
		return key{}, &refusal{Code: 104, Message: "(#104) An access token is required to request this resource."}
	case !isKnown:
		return key{}, &refusal{Code: 190, Message: "Invalid OAuth access token - Cannot parse access token"}
	}
	if refused := k.apps[found.app].admits(token, proof); refused != nil {
		return key{}, refused
	}
	if refused := k.ended(found); refused != nil {
		return key{}, refused
	}
	return k.shown(found), nil
}

// shown returns a copy of a key, for use without the lock.
func (k *keyring) shown(found *key) key {
	p := *k.people[found.userID]
	out := *found
	out.userName, out.sees, out.businesses = p.Name, p.sees, p.Businesses
	return out
}

// ended returns why a token is no longer valid (docs/meta-api.md#tokens); nil if it is.
func (k *keyring) ended(found *key) *refusal {
	p, app, now := k.people[found.userID], k.apps[found.app], k.clock.Now()
	switch {
	case found.dead != nil:
		return found.dead
	case found.issued.Before(p.removed[found.app]):
		return &refusal{Code: 190, Subcode: 458, Message: fmt.Sprintf("Error validating access token: The user has not authorized application %s.", found.app)}
	case !found.expires.IsZero() && !now.Before(found.expires):
		const spoken = "Monday, 02-Jan-06 15:04:05 MST"
		return &refusal{Code: 190, Subcode: 463, Message: fmt.Sprintf("Error validating access token: Session has expired on %s. The current time is %s.", found.expires.UTC().Format(spoken), now.UTC().Format(spoken))}
	case p.System:
		return nil
	case found.issued.Before(p.changed) && p.loggedOut:
		return must(190, 467)
	case found.issued.Before(p.changed):
		return must(190, 460)
	case p.checkpoint:
		return must(190, 459)
	case !app.lets(p):
		return must(190, 492)
	case !now.Before(k.accessEnds(found)):
		return must(190, 493)
	}
	return nil
}

// accessEnds returns when the app's access to a person's data ends; zero: never.
func (k *keyring) accessEnds(found *key) time.Time {
	p := k.people[found.userID]
	if p.System {
		return time.Time{}
	}
	return p.active[found.app].Add(accessLife)
}

// find returns a token's key, valid or not.
func (k *keyring) find(token string) (found key, ends time.Time, why *refusal, isKnown bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	held, isKnown := k.keys[token]
	if !isKnown {
		return key{}, time.Time{}, nil, false
	}
	return k.shown(held), k.accessEnds(held), k.ended(held), true
}

// mint creates a token. The lock must be held.
func (k *keyring) mint(app, person, kind string, life time.Duration, scopes, declined []string) *key {
	now := k.clock.Now()
	made := &key{token: newToken(), app: app, userID: person, kind: kind, scopes: scopes, declined: declined, issued: now}
	if life > 0 {
		made.expires = now.Add(life)
	}
	k.keys[made.token] = made
	return made
}

// revoke kills the main token with a subcode of error 190; 0 makes it valid again.
func (k *keyring) revoke(subcode int, message string) {
	if subcode == 0 {
		k.kill(nil)
		return
	}
	if message == "" {
		message = "Error validating access token: The session is no longer valid."
	}
	k.kill(&refusal{Code: 190, Subcode: subcode, Message: message})
}

// kill makes calls with the main token fail.
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
