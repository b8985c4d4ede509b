package api

import (
	"context"
	"time"

	"adtally"
)

// Store persists what this package needs. A method that changes something writes its
// audit entry in the same transaction. A missing object is a fault with the code
// not_found.
type Store interface {
	Users
	Logins
	Sessions
	Invites
	Resets
	Keys
	AuditEntries
}

// Users are the people who can log in.
type Users interface {
	// AddFirstUser refuses with setup_done if a user exists.
	AddFirstUser(ctx context.Context, u adtally.User, d adtally.AuditEntry) error
	AnyUser(ctx context.Context) (bool, error)
	// Users returns the users after an ID, ordered by ID.
	Users(ctx context.Context, after string, limit int) ([]adtally.User, error)
	User(ctx context.Context, id string) (adtally.User, error)
	// ChangeUser replaces the user with the ID of u and increments its version. It refuses
	// with stale_edit if the stored version differs from that of u, and with last_admin if
	// no admin would remain who can log in.
	ChangeUser(ctx context.Context, u adtally.User, d adtally.AuditEntry) error
}

// Logins find and create the users who log in.
type Logins interface {
	UserByEmail(ctx context.Context, email string) (adtally.User, error)
	UserBySubject(ctx context.Context, subject string) (adtally.User, error)
	// LoggedIn stores the time of the audit entry as the user's last login; the version
	// stays.
	LoggedIn(ctx context.Context, id string, d adtally.AuditEntry) error
	// AddUser refuses with email_taken.
	AddUser(ctx context.Context, u adtally.User, d adtally.AuditEntry) error
}

// Sessions are the sessions of browsers.
type Sessions interface {
	SaveSession(ctx context.Context, s adtally.Session) error
	Session(ctx context.Context, token string) (adtally.Session, error)
	// TouchSession stores when a session was last used; it does not revive one that has
	// ended.
	TouchSession(ctx context.Context, token string, seen time.Time) error
	// EndSession deletes a session; a missing one is not an error.
	EndSession(ctx context.Context, token string) error
	// EndSessions deletes sessions that expired before now or were not used since.
	EndSessions(ctx context.Context, now, since time.Time) error
}

// Invites are invitations of new people.
type Invites interface {
	AddInvite(ctx context.Context, i adtally.Invite, d adtally.AuditEntry) error
	// Invites returns the invites before a position, newest first.
	Invites(ctx context.Context, before adtally.PagePosition, limit int) ([]adtally.Invite, error)
	// Invite finds an invite by the hash of its code or, if that is empty, the newest open
	// one for an e-mail address.
	Invite(ctx context.Context, code, email string, now time.Time) (adtally.Invite, error)
	// AcceptInvite adds a user and uses up the invite. It refuses with invite_gone if the
	// invite was used or revoked, or has expired at the time of the audit entry, and with
	// email_taken.
	AcceptInvite(ctx context.Context, id string, u adtally.User, d adtally.AuditEntry) error
	// RevokeInvite refuses with invite_gone if the invite was used or revoked.
	RevokeInvite(ctx context.Context, id string, d adtally.AuditEntry) error
}

// Resets are links to a new password.
type Resets interface {
	// AddReset revokes the person's earlier resets.
	AddReset(ctx context.Context, r adtally.Reset, d adtally.AuditEntry) error
	// Reset finds a reset by the hash of its code.
	Reset(ctx context.Context, code string) (adtally.Reset, error)
	// UseReset sets the password, ends the person's sessions and uses up the reset. It
	// refuses with reset_gone if the reset was used or has expired at the time of the
	// audit entry.
	UseReset(ctx context.Context, code string, password adtally.Secret, d adtally.AuditEntry) (adtally.User, error)
}

// Keys are API keys.
type Keys interface {
	AddAPIKey(ctx context.Context, k adtally.APIKey, d adtally.AuditEntry) error
	// APIKeys returns the keys before a position, newest first.
	APIKeys(ctx context.Context, before adtally.PagePosition, limit int) ([]adtally.APIKey, error)
	APIKeyByHash(ctx context.Context, hash string) (adtally.APIKey, error)
	TouchAPIKey(ctx context.Context, id string, used time.Time) error
	// RevokeAPIKey does nothing if the key was revoked before.
	RevokeAPIKey(ctx context.Context, id string, d adtally.AuditEntry) error
}

// AuditEntries are the audit log.
type AuditEntries interface {
	AddAuditEntry(ctx context.Context, d adtally.AuditEntry) error
	// AuditEntries returns the entries that match a filter, newest first.
	AuditEntries(ctx context.Context, f adtally.AuditFilter) ([]adtally.AuditEntry, error)
}

// Passwords hashes and compares passwords.
type Passwords interface {
	Hash(ctx context.Context, password string) (adtally.Secret, error)
	// Matches takes as long for a zero hash as for any other.
	Matches(ctx context.Context, password string, hash adtally.Secret) (bool, error)
}
