package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"adtally"
)

// The cookie that holds a session. Over HTTPS its name keeps other hosts of the
// same domain from setting it.
const (
	plainCookie = "adtally"
	safeCookie  = "__Host-adtally"
)

func cookieName(secure bool) string {
	if secure {
		return safeCookie
	}
	return plainCookie
}

// glance is how exactly it is noted when a session or a key was last used: not
// every request is worth a write to the disk.
const glance = time.Minute

// What a session says.
const (
	sessionUser  = "user"
	sessionEpoch = "epoch"
)

// newSessions keeps sessions in the store, under the hash of their token. Only
// logging in writes one: a request that is late cannot bring back a session that
// has ended.
func (s *shell) newSessions() *scs.SessionManager {
	return &scs.SessionManager{Lifetime: s.Lifetime, Store: drawer{s}, Codec: scs.GobCodec{}, HashTokenInStore: true}
}

// begin makes a session for a user, in place of the one that the caller came
// with, under a new token.
func (s *shell) begin(ctx context.Context, who Caller, u adtally.User) (http.Cookie, error) {
	now := s.Now()
	if err := s.Store.EndSessions(ctx, now, now.Add(-s.Idle)); err != nil {
		return http.Cookie{}, err
	}
	ctx, err := s.sessions.Load(ctx, who.session)
	if err != nil {
		return http.Cookie{}, err
	}
	if err := s.sessions.RenewToken(ctx); err != nil {
		return http.Cookie{}, err
	}
	s.sessions.Put(ctx, sessionUser, u.ID)
	s.sessions.Put(ctx, sessionEpoch, u.Epoch)
	token, expires, err := s.sessions.Commit(ctx)
	return cookie(who, token, expires), err
}

// end forgets the session that the caller came with.
func (s *shell) end(ctx context.Context, who Caller) (http.Cookie, error) {
	ctx, err := s.sessions.Load(ctx, who.session)
	if err != nil {
		return http.Cookie{}, err
	}
	return cookie(who, "", time.Unix(1, 0)), s.sessions.Destroy(ctx)
}

func cookie(who Caller, token string, expires time.Time) http.Cookie {
	return http.Cookie{Name: cookieName(who.secure), Value: token, Path: "/", Expires: expires, //nolint:gosec // over plain HTTP a browser would not send a secure one back
		HttpOnly: true, Secure: who.secure, SameSite: http.SameSiteLaxMode}
}

// identify finds out who makes a request. A key counts more than a session;
// what is neither good nor absent is refused and not taken for a stranger.
func (s *shell) identify(r *http.Request, v *visit) error {
	if header := r.Header.Get("Authorization"); header != "" {
		return s.identifyKey(r.Context(), v, header)
	}
	if v.caller.session == "" {
		return nil
	}
	ctx, err := s.sessions.Load(r.Context(), v.caller.session)
	if err != nil {
		return err
	}
	id := s.sessions.GetString(ctx, sessionUser)
	if id == "" {
		return nil
	}
	u, err := s.Store.User(ctx, id)
	if missing(err) || err == nil && (u.Disabled || u.Epoch != s.sessions.GetInt64(ctx, sessionEpoch)) {
		return nil
	}
	v.caller.Kind, v.caller.ID, v.caller.Name, v.caller.AccessLevel = person, u.ID, u.Name, u.AccessLevel
	return err
}

// keyPrefix begins every key, so that one that leaks is known for what it is.
const keyPrefix = "adt_"

func (s *shell) identifyKey(ctx context.Context, v *visit, header string) error {
	unknown := refusal("unauthenticated", "This key is not known, or no longer", "Send Authorization: Bearer adt_… with a key that an admin has made.")
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") || !strings.HasPrefix(token, keyPrefix) {
		return unknown
	}
	k, err := s.Store.APIKeyByHash(ctx, hashed(token))
	if missing(err) || err == nil && !k.Open(s.Now()) {
		return unknown
	}
	if err != nil {
		return err
	}
	v.caller.Kind, v.caller.ID, v.caller.Name, v.caller.AccessLevel = program, k.ID, k.Name, k.AccessLevel
	if now := s.Now(); now.Sub(k.LastUsed) >= glance {
		return s.Store.TouchAPIKey(ctx, k.ID, now)
	}
	return nil
}

// drawer is where scs keeps its sessions.
type drawer struct{ *shell }

// FindCtx gives a session that is neither expired nor was left alone too long.
func (d drawer) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	kept, err := d.Store.Session(ctx, token)
	if missing(err) {
		return nil, false, nil
	}
	now := d.Now()
	if err != nil || !now.Before(kept.Expires) || now.Sub(kept.Seen) >= d.Idle {
		return nil, false, err
	}
	if now.Sub(kept.Seen) >= glance {
		err = d.Store.TouchSession(ctx, token, now)
	}
	return kept.Content, err == nil, err
}

// CommitCtx keeps a session.
func (d drawer) CommitCtx(ctx context.Context, token string, content []byte, expires time.Time) error {
	return d.Store.SaveSession(ctx, adtally.Session{Token: token, Content: content, Seen: d.Now(), Expires: expires})
}

// DeleteCtx forgets a session.
func (d drawer) DeleteCtx(ctx context.Context, token string) error {
	return d.Store.EndSession(ctx, token)
}

// Find is there because scs asks for it; it calls FindCtx.
func (d drawer) Find(token string) ([]byte, bool, error) {
	return d.FindCtx(context.Background(), token)
}

// Commit is there because scs asks for it; it calls CommitCtx.
func (d drawer) Commit(token string, content []byte, expires time.Time) error {
	return d.CommitCtx(context.Background(), token, content, expires)
}

// Delete is there because scs asks for it; it calls DeleteCtx.
func (d drawer) Delete(token string) error { return d.DeleteCtx(context.Background(), token) }
