package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"adtally"
)

// Names of the session cookie. Over HTTPS the prefix __Host- keeps other hosts of the
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

// touchInterval is the precision of "last used" of sessions and keys: not every request is
// worth a write to the database.
const touchInterval = time.Minute

// Keys of the values in a session.
const (
	sessionUser  = "user"
	sessionEpoch = "epoch"
)

// newSessions stores sessions under the hash of their token. Only a login writes a
// session: a late request cannot revive one that has ended.
func (s *shell) newSessions() *scs.SessionManager {
	return &scs.SessionManager{Lifetime: s.Lifetime, Store: sessionStore{s}, Codec: scs.GobCodec{}, HashTokenInStore: true}
}

// begin creates a session for a user under a new token and ends the caller's old one.
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

// end deletes the caller's session.
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

// identify finds out who makes a request. A key takes precedence over a session. An
// invalid key is refused, not treated as anonymous.
func (s *shell) identify(r *http.Request, v *requestInfo) error {
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

// keyPrefix starts every key, so that secret scanners can recognize a leaked one.
const keyPrefix = "adt_"

// askPrefix starts keys with scopes. They do not work where other keys do.
const askPrefix = "atk_"

func (s *shell) identifyKey(ctx context.Context, v *requestInfo, header string) error {
	unknown := refusal("unauthenticated", "This key is unknown, revoked or expired", "Send Authorization: Bearer adt_… with a key that an admin created.")
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") || !strings.HasPrefix(token, keyPrefix) && !strings.HasPrefix(token, askPrefix) {
		return unknown
	}
	k, err := s.Store.APIKeyByHash(ctx, hashed(token))
	if missing(err) || err == nil && !k.Open(s.Now()) {
		return unknown
	}
	if err != nil {
		return err
	}
	v.caller.Kind, v.caller.ID, v.caller.Name, v.caller.AccessLevel = apiKey, k.ID, k.Name, k.AccessLevel
	v.caller.Scopes = k.Scopes
	if now := s.Now(); now.Sub(k.LastUsed) >= touchInterval {
		return s.Store.TouchAPIKey(ctx, k.ID, now)
	}
	return nil
}

// sessionStore implements the store of scs.
type sessionStore struct{ *shell }

// FindCtx returns a session that has neither expired nor been idle too long.
func (d sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	kept, err := d.Store.Session(ctx, token)
	if missing(err) {
		return nil, false, nil
	}
	now := d.Now()
	if err != nil || !now.Before(kept.Expires) || now.Sub(kept.Seen) >= d.Idle {
		return nil, false, err
	}
	if now.Sub(kept.Seen) >= touchInterval && !requestInfoOf(ctx).background {
		err = d.Store.TouchSession(ctx, token, now)
	}
	return kept.Content, err == nil, err
}

// CommitCtx stores a session.
func (d sessionStore) CommitCtx(ctx context.Context, token string, content []byte, expires time.Time) error {
	return d.Store.SaveSession(ctx, adtally.Session{Token: token, Content: content, Seen: d.Now(), Expires: expires})
}

// DeleteCtx deletes a session.
func (d sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return d.Store.EndSession(ctx, token)
}

// Find is required by scs; it calls FindCtx.
func (d sessionStore) Find(token string) ([]byte, bool, error) {
	return d.FindCtx(context.Background(), token)
}

// Commit is required by scs; it calls CommitCtx.
func (d sessionStore) Commit(token string, content []byte, expires time.Time) error {
	return d.CommitCtx(context.Background(), token, content, expires)
}

// Delete is required by scs; it calls DeleteCtx.
func (d sessionStore) Delete(token string) error { return d.DeleteCtx(context.Background(), token) }
