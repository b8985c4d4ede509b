package api_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"adtally"
)

// fake is a store in memory.
type fake struct {
	mu       sync.Mutex
	users    map[string]adtally.User
	sessions map[string]adtally.Session
	invites  map[string]adtally.Invite
	keys     map[string]adtally.APIKey
	resets   map[string]adtally.Reset
	audit    []adtally.AuditEntry
}

func newFake() *fake {
	return &fake{users: map[string]adtally.User{}, sessions: map[string]adtally.Session{}, invites: map[string]adtally.Invite{}, keys: map[string]adtally.APIKey{}, resets: map[string]adtally.Reset{}}
}

func no(code string) error {
	return &adtally.Fault{Act: adtally.Configure, Code: code, Message: "It is refused", Hint: "Do something else."}
}

// done records an audit entry.
func (f *fake) done(d adtally.AuditEntry) error {
	f.audit = append(f.audit, d)
	return nil
}

func found[T any](all []T) (T, error) {
	if len(all) == 0 {
		var none T
		return none, no("not_found")
	}
	return all[0], nil
}

func pick[T any](all map[string]T, good func(T) bool) (some []T) {
	for _, one := range all {
		if good(one) {
			some = append(some, one)
		}
	}
	return some
}

func (f *fake) AnyUser(context.Context) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.users) > 0, nil
}

func (f *fake) AddFirstUser(_ context.Context, u adtally.User, d adtally.AuditEntry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.users) > 0 {
		return no("setup_done")
	}
	f.users[u.ID] = u
	return f.done(d)
}

func (f *fake) add(u adtally.User) error {
	if len(pick(f.users, func(o adtally.User) bool { return o.Email == u.Email })) > 0 {
		return no("email_taken")
	}
	f.users[u.ID] = u
	return nil
}

func (f *fake) AddUser(_ context.Context, u adtally.User, d adtally.AuditEntry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.add(u); err != nil {
		return err
	}
	return f.done(d)
}

func (f *fake) user(good func(adtally.User) bool) (adtally.User, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return found(pick(f.users, good))
}

func (f *fake) User(_ context.Context, id string) (adtally.User, error) {
	return f.user(func(u adtally.User) bool { return u.ID == id })
}

func (f *fake) UserByEmail(_ context.Context, email string) (adtally.User, error) {
	return f.user(func(u adtally.User) bool { return u.Email == email })
}

func (f *fake) UserBySubject(_ context.Context, subject string) (adtally.User, error) {
	return f.user(func(u adtally.User) bool { return u.Subject == subject })
}

func (f *fake) Users(_ context.Context, after string, limit int) ([]adtally.User, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := pick(f.users, func(u adtally.User) bool { return u.ID > after })
	slices.SortFunc(all, func(a, b adtally.User) int { return strings.Compare(a.ID, b.ID) })
	return all[:min(limit, len(all))], nil
}

func (f *fake) ChangeUser(_ context.Context, u adtally.User, d adtally.AuditEntry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	old, there := f.users[u.ID]
	if !there {
		return no("not_found")
	}
	if old.Version != u.Version {
		return no("stale_edit")
	}
	u.Version++
	f.users[u.ID] = u
	if len(pick(f.users, func(u adtally.User) bool { return !u.Disabled && u.Role == adtally.Admin })) == 0 {
		f.users[u.ID] = old
		return no("last_admin")
	}
	return f.done(d)
}

func (f *fake) LoggedIn(_ context.Context, id string, d adtally.AuditEntry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	u := f.users[id]
	u.Login = d.At
	f.users[id] = u
	return f.done(d)
}

func (f *fake) SaveSession(_ context.Context, s adtally.Session) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sessions[s.Token] = s
	return nil
}

func (f *fake) Session(_ context.Context, token string) (adtally.Session, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return found(pick(f.sessions, func(s adtally.Session) bool { return s.Token == token }))
}

func (f *fake) TouchSession(_ context.Context, token string, seen time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s, there := f.sessions[token]; there {
		s.Seen = seen
		f.sessions[token] = s
	}
	return nil
}

func (f *fake) EndSession(_ context.Context, token string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.sessions, token)
	return nil
}

func (f *fake) EndSessions(_ context.Context, now, since time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for token, s := range f.sessions {
		if !now.Before(s.Expires) || s.Seen.Before(since) {
			delete(f.sessions, token)
		}
	}
	return nil
}

func before(at time.Time, id string, p adtally.PagePosition) bool {
	return p == (adtally.PagePosition{}) || at.Before(p.At) || at.Equal(p.At) && id < p.ID
}

// latest sorts newest first.
func latest[T any](all []T, place func(T) adtally.PagePosition, limit int) []T {
	slices.SortFunc(all, func(a, b T) int {
		if before(place(b).At, place(b).ID, place(a)) {
			return -1
		}
		return 1
	})
	return all[:min(limit, len(all))]
}

func (f *fake) AddInvite(_ context.Context, i adtally.Invite, d adtally.AuditEntry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.invites[i.ID] = i
	return f.done(d)
}

func (f *fake) Invites(_ context.Context, p adtally.PagePosition, limit int) ([]adtally.Invite, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := pick(f.invites, func(i adtally.Invite) bool { return before(i.Created, i.ID, p) })
	return latest(all, func(i adtally.Invite) adtally.PagePosition { return adtally.PagePosition{At: i.Created, ID: i.ID} }, limit), nil
}

func (f *fake) Invite(_ context.Context, code, email string, now time.Time) (adtally.Invite, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return found(pick(f.invites, func(i adtally.Invite) bool {
		return code != "" && i.Code == code || code == "" && i.Email == email && i.Open(now)
	}))
}

func (f *fake) AcceptInvite(_ context.Context, id string, u adtally.User, d adtally.AuditEntry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := f.invites[id]
	if !i.Open(d.At) {
		return no("invite_gone")
	}
	if err := f.add(u); err != nil {
		return err
	}
	i.Used = d.At
	f.invites[id] = i
	return f.done(d)
}

func (f *fake) RevokeInvite(_ context.Context, id string, d adtally.AuditEntry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	i, there := f.invites[id]
	if !there {
		return no("not_found")
	}
	if !i.Used.IsZero() || !i.Revoked.IsZero() {
		return no("invite_gone")
	}
	i.Revoked = d.At
	f.invites[id] = i
	return f.done(d)
}

func (f *fake) AddAPIKey(_ context.Context, k adtally.APIKey, d adtally.AuditEntry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.keys[k.ID] = k
	return f.done(d)
}

func (f *fake) APIKeys(_ context.Context, p adtally.PagePosition, limit int) ([]adtally.APIKey, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := pick(f.keys, func(k adtally.APIKey) bool { return before(k.Created, k.ID, p) })
	return latest(all, func(k adtally.APIKey) adtally.PagePosition { return adtally.PagePosition{At: k.Created, ID: k.ID} }, limit), nil
}

func (f *fake) APIKeyByHash(_ context.Context, hash string) (adtally.APIKey, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return found(pick(f.keys, func(k adtally.APIKey) bool { return k.Hash == hash }))
}

func (f *fake) TouchAPIKey(_ context.Context, id string, used time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	k := f.keys[id]
	k.LastUsed = used
	f.keys[id] = k
	return nil
}

func (f *fake) RevokeAPIKey(_ context.Context, id string, d adtally.AuditEntry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	k, there := f.keys[id]
	if !there {
		return no("not_found")
	}
	if !k.Revoked.IsZero() {
		return nil
	}
	k.Revoked = d.At
	f.keys[id] = k
	return f.done(d)
}

func (f *fake) AddAuditEntry(_ context.Context, d adtally.AuditEntry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.done(d)
}

func (f *fake) AuditEntries(_ context.Context, q adtally.AuditFilter) ([]adtally.AuditEntry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []adtally.AuditEntry
	for _, d := range f.audit {
		if before(d.At, d.ID, q.Before) && (q.Who == "" || d.Who == q.Who) && (q.What == "" || d.What == q.What) && (q.Object == "" || d.Object == q.Object) &&
			(q.Since.IsZero() || !d.At.Before(q.Since)) && (q.Until.IsZero() || d.At.Before(q.Until)) {
			all = append(all, d)
		}
	}
	return latest(all, func(d adtally.AuditEntry) adtally.PagePosition { return adtally.PagePosition{At: d.At, ID: d.ID} }, q.Limit), nil
}

// what returns the actions of the audit log, in order.
func (f *fake) what() (all []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, d := range f.audit {
		all = append(all, d.What)
	}
	return all
}

func (f *fake) AddReset(_ context.Context, r adtally.Reset, d adtally.AuditEntry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for code, o := range f.resets {
		if o.User == r.User && o.Used.IsZero() {
			delete(f.resets, code)
		}
	}
	f.resets[r.Code] = r
	return f.done(d)
}

func (f *fake) Reset(_ context.Context, code string) (adtally.Reset, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return found(pick(f.resets, func(r adtally.Reset) bool { return r.Code == code }))
}

func (f *fake) UseReset(_ context.Context, code string, password adtally.Secret, d adtally.AuditEntry) (adtally.User, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.resets[code]
	u := f.users[r.User]
	if !r.Open(d.At) || u.Disabled {
		return u, no("reset_gone")
	}
	r.Used = d.At
	f.resets[code] = r
	u.Password = password
	u.Epoch++
	u.Version++
	f.users[u.ID] = u
	return u, f.done(d)
}
