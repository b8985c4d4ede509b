package api

import (
	"context"
	"time"

	"adtally"
)

// Store keeps what this package needs kept. A method that changes something
// writes its audit entry down with it: both or neither. What is not there is a fault
// with the code not_found.
type Store interface {
	Users
	Logins
	Sessions
	Invites
	Resets
	Keys
	AuditEntries
}

// Users are the people who may log in.
type Users interface {
	// AddFirstUser refuses with setup_done where there is a user.
	AddFirstUser(ctx context.Context, u adtally.User, d adtally.AuditEntry) error
	AnyUser(ctx context.Context) (bool, error)
	// Users are those after an id, in the order of ids.
	Users(ctx context.Context, after string, limit int) ([]adtally.User, error)
	User(ctx context.Context, id string) (adtally.User, error)
	// ChangeUser puts u in the place of the user with its id. It refuses with
	// stale_edit where that has another version than u, and with last_admin where
	// nobody who may log in would be an admin. The version then counts one more.
	ChangeUser(ctx context.Context, u adtally.User, d adtally.AuditEntry) error
}

// Logins are how somebody becomes known.
type Logins interface {
	UserByEmail(ctx context.Context, email string) (adtally.User, error)
	UserBySubject(ctx context.Context, subject string) (adtally.User, error)
	// LoggedIn notes the moment of the audit entry at the user; it is no edit.
	LoggedIn(ctx context.Context, id string, d adtally.AuditEntry) error
	// AddUser refuses with email_taken.
	AddUser(ctx context.Context, u adtally.User, d adtally.AuditEntry) error
}

// Sessions are the browsers that are logged in.
type Sessions interface {
	SaveSession(ctx context.Context, s adtally.Session) error
	Session(ctx context.Context, token string) (adtally.Session, error)
	// TouchSession notes that a session was seen; one that has ended stays so.
	TouchSession(ctx context.Context, token string, seen time.Time) error
	// EndSession forgets a session; where there is none, nothing happens.
	EndSession(ctx context.Context, token string) error
	// EndSessions forgets all that expired by now, or were not seen since.
	EndSessions(ctx context.Context, now, since time.Time) error
}

// Invites let new people in.
type Invites interface {
	AddInvite(ctx context.Context, i adtally.Invite, d adtally.AuditEntry) error
	// Invites are those that were made before a place, newest first.
	Invites(ctx context.Context, before adtally.PagePosition, limit int) ([]adtally.Invite, error)
	// Invite is found by the hash of its code or, where that is empty, as the
	// newest open one for an e-mail address.
	Invite(ctx context.Context, code, email string, now time.Time) (adtally.Invite, error)
	// AcceptInvite adds a user and uses the invite up. It refuses with
	// invite_gone where that was used, revoked or has expired at the moment of
	// the audit entry, and with email_taken.
	AcceptInvite(ctx context.Context, id string, u adtally.User, d adtally.AuditEntry) error
	// RevokeInvite refuses with invite_gone where it was used or revoked.
	RevokeInvite(ctx context.Context, id string, d adtally.AuditEntry) error
}

// Resets let people choose a new password.
type Resets interface {
	// AddReset puts an end to the ones before of the same person.
	AddReset(ctx context.Context, r adtally.Reset, d adtally.AuditEntry) error
	// Reset is found by the hash of its code.
	Reset(ctx context.Context, code string) (adtally.Reset, error)
	// UseReset sets the password, ends the person's sessions and uses the reset up. It
	// refuses with reset_gone where that was used or has expired at the moment of the
	// audit entry.
	UseReset(ctx context.Context, code string, password adtally.Secret, d adtally.AuditEntry) (adtally.User, error)
}

// Keys let programs in.
type Keys interface {
	AddAPIKey(ctx context.Context, k adtally.APIKey, d adtally.AuditEntry) error
	// APIKeys are those that were made before a place, newest first.
	APIKeys(ctx context.Context, before adtally.PagePosition, limit int) ([]adtally.APIKey, error)
	APIKeyByHash(ctx context.Context, hash string) (adtally.APIKey, error)
	TouchAPIKey(ctx context.Context, id string, used time.Time) error
	// RevokeAPIKey does nothing to one that was revoked before.
	RevokeAPIKey(ctx context.Context, id string, d adtally.AuditEntry) error
}

// AuditEntries are the audit log.
type AuditEntries interface {
	AddAuditEntry(ctx context.Context, d adtally.AuditEntry) error
	// AuditEntries are those that a filter picks, newest first.
	AuditEntries(ctx context.Context, f adtally.AuditFilter) ([]adtally.AuditEntry, error)
}

// Passwords hashes passwords and compares them.
type Passwords interface {
	Hash(ctx context.Context, password string) (adtally.Secret, error)
	// Matches takes as long for a zero hash as for any other.
	Matches(ctx context.Context, password string, hash adtally.Secret) (bool, error)
}
