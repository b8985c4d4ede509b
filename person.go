package adtally

import (
	"slices"
	"time"
)

// Role says how much somebody may do; each may what the ones below it may.
type Role string

// The roles, from the least to the most.
const (
	Viewer  Role = "viewer"
	Editor  Role = "editor"
	Builder Role = "builder"
	Admin   Role = "admin"
)

// Roles are all roles, from the least to the most.
func Roles() []Role { return []Role{Viewer, Editor, Builder, Admin} }

// Reaches says whether r may whatever o may. A role that nobody knows reaches
// nothing and is reached by none.
func (r Role) Reaches(o Role) bool {
	mine, its := slices.Index(Roles(), r), slices.Index(Roles(), o)
	return its >= 0 && mine >= its
}

// Permission is what no role brings with it: it is given by name.
type Permission string

// The permissions.
const (
	Credentials Permission = "credentials" // see what a credential allows, and replace it
	Syncs       Permission = "syncs"       // start syncs
)

// Permissions are all permissions.
func Permissions() []Permission { return []Permission{Credentials, Syncs} }

// AccessLevel is what somebody may do.
type AccessLevel struct {
	Role        Role
	Permissions []Permission
}

// May says whether the powers reach a role and, unless it is empty, hold a
// permission besides.
func (p AccessLevel) May(role Role, also Permission) bool {
	return p.Role.Reaches(role) && (also == "" || slices.Contains(p.Permissions, also))
}

// User is a person who may log in.
type User struct {
	ID    string
	Email string // in lower case; no two users have the same
	Name  string
	AccessLevel
	Disabled bool   // may not log in; nothing of theirs is deleted
	Password Secret // its hash; zero = logs in by OIDC only
	Subject  string // who they are to the OIDC provider: issuer and subject; "" = never came from there
	// Epoch is the number of times that they were logged out everywhere: a
	// session of an earlier one is over.
	Epoch   int64
	Version int64 // counts edits
	Created time.Time
	Login   time.Time // the last one; zero = none yet
}

// Invite lets one person become a user.
type Invite struct {
	ID    string
	Code  string // the hash of what stands in the link
	Email string
	AccessLevel
	By      string // who invited: a user's id
	Created time.Time
	Expires time.Time
	Used    time.Time // zero = not yet
	Revoked time.Time // zero = it was not
}

// Open says whether the invite may still be used.
func (i Invite) Open(now time.Time) bool {
	return i.Used.IsZero() && i.Revoked.IsZero() && now.Before(i.Expires)
}

// Reset lets a person choose a new password.
type Reset struct {
	Code    string // the hash of what stands in the link
	User    string // whose password
	By      string // who made it; empty = somebody at the machine
	Made    time.Time
	Expires time.Time
	Used    time.Time // zero = not yet
}

// Open says whether the link still works.
func (r Reset) Open(now time.Time) bool { return r.Used.IsZero() && now.Before(r.Expires) }

// APIKey lets a program in: a service account.
type APIKey struct {
	ID   string
	Name string
	Hash string // of the key, which is shown once and kept nowhere
	AccessLevel
	By       string // who made it: a user's id
	Created  time.Time
	Expires  time.Time // zero = never
	LastUsed time.Time // to the minute; zero = never
	Revoked  time.Time // zero = it was not
}

// Open says whether the key may still be used.
func (k APIKey) Open(now time.Time) bool {
	return k.Revoked.IsZero() && (k.Expires.IsZero() || now.Before(k.Expires))
}

// Session is a browser in which somebody is logged in.
type Session struct {
	Token   string // the hash of what the cookie holds
	Content []byte // who it is, for whoever wrote it
	Seen    time.Time
	Expires time.Time
}

// AuditEntry is an entry of the audit log: who did what to which thing, when and from
// where. Nothing in it is secret.
type AuditEntry struct {
	ID     string
	At     time.Time
	Who    string // "user:ID", "key:ID", "" = a stranger
	Name   string // what they were called then
	What   string // "user.change"
	Object string // "user:ID"
	From   string // the address they came from
	Detail map[string]string
}

// AuditFilter picks entries of the audit log. What is zero picks all.
type AuditFilter struct {
	Who    string
	What   string
	Object string
	Since  time.Time
	Until  time.Time // not in it
	// Before picks what is older than the entry with this moment and ID.
	Before PagePosition
	Limit  int
}

// PagePosition is where a list that is read newest first was left.
type PagePosition struct {
	At time.Time
	ID string
}
