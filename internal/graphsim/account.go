package graphsim

import (
	"strings"
	"sync"
	"time"

	"adtally/internal/graphsim/advertiser"
)

// account is an ad account with its latest listings.
type account struct {
	advertiser.Account
	id       string   // digits
	business Business // its owner, read once when it was added because a node is expensive

	mu       sync.Mutex
	listings map[advertiser.Kind]*listing
}

// listing is all objects of a kind at one time.
type listing struct {
	at      time.Time
	objects []advertiser.Object
	index   map[string]int
}

func newAccount(a advertiser.Account, now time.Time) *account {
	n := a.Node(now)
	held, _ := n.Fields["business"].(map[string]any)
	id, _ := held["id"].(string)
	name, _ := held["name"].(string)
	return &account{Account: a, id: strings.TrimPrefix(n.ID, "act_"), business: Business{ID: id, Name: name}, listings: map[advertiser.Kind]*listing{}}
}

// fresh is how long a listing is reused: it is expensive to make, and must not change
// while a client pages through it.
const fresh = time.Minute

func (a *account) list(kind advertiser.Kind, now time.Time) *listing {
	a.mu.Lock()
	defer a.mu.Unlock()
	if l := a.listings[kind]; l != nil && now.Sub(l.at) < fresh && !now.Before(l.at) {
		return l
	}
	l := &listing{at: now, objects: a.Objects(kind, now), index: map[string]int{}}
	for i, o := range l.objects {
		l.index[o.ID] = i
	}
	a.listings[kind] = l
	return l
}

func (l *listing) find(id string) (advertiser.Object, bool) {
	i, isThere := l.index[id]
	if !isThere {
		return advertiser.Object{}, false
	}
	return l.objects[i], true
}

// node is what a path refers to.
type node struct {
	account *account
	kind    kind
	object  advertiser.Object
	job     *job
}

// find returns the node with an ID; false if there is none.
func (s *Server) find(id string) (node, bool) {
	if digits, isAccount := strings.CutPrefix(id, "act_"); isAccount {
		a := s.account(digits)
		if a == nil {
			return node{}, false
		}
		return node{account: a, kind: accountKind, object: a.Node(s.clock.Now())}, true
	}
	if j := s.jobs.find(id, s.clock.Now()); j != nil {
		return node{account: j.report.account, kind: runKind, job: j}, true
	}
	for _, a := range s.all() {
		for _, k := range objectKinds {
			if !k.mayHave(id) {
				continue
			}
			if o, isThere := a.list(k.object, s.clock.Now()).find(id); isThere {
				return node{account: a, kind: k, object: o}, true
			}
		}
	}
	for _, b := range s.businesses() {
		if b.ID == id {
			return node{kind: businessKind, object: b.object()}, true
		}
	}
	return node{}, false
}
