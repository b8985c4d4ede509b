package graphsim

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// keyring holds the access tokens and what they open, the apps that they are for,
// and the people that they stand for.
type keyring struct {
	clock *clock
	main  string

	mu     sync.Mutex
	keys   map[string]*key
	apps   map[string]*App
	people map[string]*Person
	order  []string // of the people
	codes  map[string]*code

	businesses []Business // that were set up
}

// key is one access token.
type key struct {
	token            string
	app              string
	userID, userName string
	kind             string // as debug_token prints it
	scopes, declined []string
	issued, expires  time.Time // zero expires = never
	dead             *refusal  // nil = it works
	sees             func(account string) bool
}

// What debug_token calls them.
const (
	kindUser   = "USER"
	kindSystem = "SYSTEM_USER"
)

// How long what a login gives lasts (META_API.md §7.3, §7.6). A short token lasts
// an hour or two.
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

// open says whose token it is, or why it opens nothing.
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

// shown is a key as it is now, for whoever holds no lock.
func (k *keyring) shown(found *key) key {
	p := *k.people[found.userID]
	out := *found
	out.userName, out.sees = p.Name, p.sees
	return out
}

// ended is why a token does not live, of META_API.md §6 and §7.9; nil = it does.
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

// accessEnds is when the app may not see a person's data any more; zero = never.
func (k *keyring) accessEnds(found *key) time.Time {
	p := k.people[found.userID]
	if p.System {
		return time.Time{}
	}
	return p.active[found.app].Add(accessLife)
}

// find is a token's key as it is now, dead or not.
func (k *keyring) find(token string) (found key, ends time.Time, why *refusal, isKnown bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	held, isKnown := k.keys[token]
	if !isKnown {
		return key{}, time.Time{}, nil, false
	}
	return k.shown(held), k.accessEnds(held), k.ended(held), true
}

// mint makes a token. The lock must be held.
func (k *keyring) mint(app, person, kind string, life time.Duration, scopes, declined []string) *key {
	now := k.clock.Now()
	made := &key{token: newToken(), app: app, userID: person, kind: kind, scopes: scopes, declined: declined, issued: now}
	if life > 0 {
		made.expires = now.Add(life)
	}
	k.keys[made.token] = made
	return made
}

// revoke kills the main token with a subcode of error 190; 0 revives it.
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
