package vault_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"time"

	"adtally"
	"adtally/internal/vault"
)

var errKilled = errors.New("killed")

// fakeStore is a store in memory. It stops at the call with the number killAt, before
// or after that call has done its work, as a killed process does.
type fakeStore struct {
	mu       sync.Mutex
	keys     []adtally.SealKey
	creds    map[string]adtally.Credential
	versions map[place]adtally.CredentialVersion
	sealed   map[place]adtally.Sealed

	calls  int
	killAt int  // 0 = never
	after  bool // it dies after the work, before the caller gets the answer
	// between is called before each call, to play other processes.
	between func()
}

type place struct {
	credential string
	version    int64
}

func newStore() *fakeStore {
	return &fakeStore{creds: map[string]adtally.Credential{}, versions: map[place]adtally.CredentialVersion{}, sealed: map[place]adtally.Sealed{}}
}

// do counts a call and executes it, or dies.
func (l *fakeStore) do(work func() error) error {
	if l.between != nil {
		f := l.between
		l.between = nil
		f()
		l.between = f
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
	dies := l.killAt > 0 && l.calls >= l.killAt
	if dies && (!l.after || l.calls > l.killAt) {
		return errKilled
	}
	err := work()
	if dies {
		return errKilled
	}
	return err
}

func refuse(code string) error {
	return &adtally.Fault{Act: adtally.Configure, Code: code, Message: code}
}

func (l *fakeStore) Credential(_ context.Context, id string) (c adtally.Credential, err error) {
	return c, l.do(func() error {
		var ok bool
		if c, ok = l.creds[id]; !ok {
			return refuse("not_found")
		}
		return nil
	})
}

func (l *fakeStore) AddVersion(_ context.Context, a adtally.Admission) error {
	c, v, s := a.Credential, a.Version, a.Sealed
	return l.do(func() error {
		if !l.seals(s.Key) {
			return refuse("key_changed")
		}
		if l.creds[c.ID].Latest+1 != v.Number {
			return refuse("conflict")
		}
		c.Latest = v.Number
		l.creds[c.ID] = c
		l.versions[place{c.ID, v.Number}] = v
		l.sealed[place{c.ID, v.Number}] = s
		return nil
	})
}

func (l *fakeStore) Sealed(_ context.Context, credential string, version int64) (s adtally.Sealed, err error) {
	return s, l.do(func() error {
		if version == 0 {
			version = l.creds[credential].Latest
		}
		if v, ok := l.versions[place{credential, version}]; !ok {
			return refuse("not_found")
		} else if !v.Wiped.IsZero() {
			return refuse("secret_wiped")
		}
		s = l.sealed[place{credential, version}]
		return nil
	})
}

func (l *fakeStore) WipeVersion(_ context.Context, credential string, version int64, at time.Time) error {
	return l.do(func() error {
		at, v := at, l.versions[place{credential, version}]
		v.Wiped = at
		l.versions[place{credential, version}] = v
		delete(l.sealed, place{credential, version})
		return nil
	})
}

func (l *fakeStore) SealKeys(context.Context) (all []adtally.SealKey, err error) {
	return all, l.do(func() error {
		all = append(all, l.keys...)
		return nil
	})
}

func (l *fakeStore) SetSealKey(_ context.Context, k adtally.SealKey, was string) error {
	return l.do(func() error {
		now := ""
		for _, k := range l.keys {
			if k.State == adtally.CurrentKey {
				now = k.ID
			}
		}
		if now == k.ID {
			return nil
		}
		if now != was {
			return refuse("conflict")
		}
		for i := range l.keys {
			if l.keys[i].State == adtally.CurrentKey {
				l.keys[i].State = adtally.FormerKey
			}
		}
		l.keys = append(l.keys, k)
		return nil
	})
}

func (l *fakeStore) SealedOtherwise(_ context.Context, key string, limit int) (some []adtally.Sealed, err error) {
	return some, l.do(func() error {
		for _, s := range l.sealed {
			if s.Key != key && len(some) < limit {
				some = append(some, s)
			}
		}
		return nil
	})
}

func (l *fakeStore) Reseal(_ context.Context, was, s adtally.Sealed) error {
	return l.do(func() error {
		if !l.seals(s.Key) {
			return refuse("key_changed")
		}
		at := place{was.Credential, was.Version}
		if bytes.Equal(l.sealed[at].Bytes, was.Bytes) {
			l.sealed[at] = s
		}
		return nil
	})
}

func (l *fakeStore) RetireSealKey(_ context.Context, id string) error {
	return l.do(func() error {
		for _, s := range l.sealed {
			if s.Key == id {
				return refuse("conflict")
			}
		}
		for i := range l.keys {
			if l.keys[i].ID == id {
				l.keys[i].State = adtally.RetiredKey
			}
		}
		return nil
	})
}

func (l *fakeStore) seals(id string) bool {
	for _, k := range l.keys {
		if k.ID == id && k.State == adtally.CurrentKey {
			return true
		}
	}
	return false
}

// keyring is a keyring in memory that dies with the store.
type keyring struct {
	store *fakeStore
	ring  vault.Ring
}

func (k *keyring) String() string { return "the keyring" }

func (k *keyring) Load() (ring vault.Ring, err error) {
	return ring, k.store.do(func() error {
		ring = append(ring, k.ring...)
		return nil
	})
}

func (k *keyring) Add(key vault.Key) error {
	return k.store.do(func() error {
		k.ring = append(k.ring, key)
		return nil
	})
}

func (k *keyring) Drop(id string) error {
	return k.store.do(func() error {
		var left vault.Ring
		for _, key := range k.ring {
			if key.ID() != id {
				left = append(left, key)
			}
		}
		k.ring = left
		return nil
	})
}
