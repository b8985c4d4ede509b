package adtally

import (
	"slices"
	"time"
)

// Role says what a user may do. Each role includes the ones below it.
type Role string

// The roles, lowest first.
const (
	Guest   Role = "guest" // sees the dashboards that an admin gave them, and nothing else
	Viewer  Role = "viewer"
	Editor  Role = "editor"
	Builder Role = "builder"
	Admin   Role = "admin"
)

// Roles returns all roles, lowest first.
func Roles() []Role { return []Role{Guest, Viewer, Editor, Builder, Admin} }

// Reaches reports whether r includes o. An unknown role includes nothing and is included
// in nothing.
func (r Role) Reaches(o Role) bool {
	mine, its := slices.Index(Roles(), r), slices.Index(Roles(), o)
	return its >= 0 && mine >= its
}

// Permission is a right that no role includes. It is granted by name.
type Permission string

// The permissions.
const (
	Credentials Permission = "credentials" // see what a credential allows and replace it
	Syncs       Permission = "syncs"       // start syncs
)

// Permissions returns all permissions.
func Permissions() []Permission { return []Permission{Credentials, Syncs} }

// AccessLevel is a role with extra permissions.
type AccessLevel struct {
	Role        Role
	Permissions []Permission
}

// May reports whether the access level includes a role and, unless also is empty, that permission.
func (p AccessLevel) May(role Role, also Permission) bool {
	return p.Role.Reaches(role) && (also == "" || slices.Contains(p.Permissions, also))
}

// User is a person who may log in.
type User struct {
	ID    string
	Email string // in lower case; unique
	Name  string
	AccessLevel
	Disabled bool   // cannot log in; nothing is deleted
	Password Secret // its hash; zero: logs in by OIDC only
	Subject  string // OIDC issuer and subject; empty if the user never logged in by OIDC
	// Epoch counts how often all of the user's sessions were ended. Sessions of an earlier
	// epoch are invalid.
	Epoch   int64
	Version int64 // counts edits
	Created time.Time
	Login   time.Time // the last login; zero: none yet
}

// Invite lets one person become a user.
type Invite struct {
	ID    string
	Code  string // the hash of the code in the link
	Email string
	AccessLevel
	By      string // the ID of the user who invited
	Created time.Time
	Expires time.Time
	Used    time.Time // zero: not used
	Revoked time.Time // zero: not revoked
}

// Open reports whether the invite can still be used.
func (i Invite) Open(now time.Time) bool {
	return i.Used.IsZero() && i.Revoked.IsZero() && now.Before(i.Expires)
}

// Reset lets a person choose a new password.
type Reset struct {
	Code    string // the hash of the code in the link
	User    string // the ID of the user
	By      string // the ID of the admin who created it; empty if it was created on the server
	Made    time.Time
	Expires time.Time
	Used    time.Time // zero: not used
}

// Open reports whether the link can still be used.
func (r Reset) Open(now time.Time) bool { return r.Used.IsZero() && now.Before(r.Expires) }

// KeyScope limits a key to one part of the service.
type KeyScope string

// The scopes. A key without a scope may call the API and nothing else; a key with scopes may
// do what these name and nothing else.
const (
	AskScope KeyScope = "ask"     // ask questions through the MCP server
	SQLScope KeyScope = "ask:sql" // also ask in SQL there
)

// LongestAsk is how long a key with a scope may be valid, in years: it is stored in the
// settings of programs on people's own computers.
const LongestAsk = 1

// APIKey authenticates a program: a service account.
type APIKey struct {
	ID   string
	Name string
	Hash string // the key's hash; the key is shown once and not stored
	AccessLevel
	Scopes   []KeyScope
	By       string // the ID of the user who created it
	Created  time.Time
	Expires  time.Time // zero: never
	LastUsed time.Time // to the minute; zero: never
	Revoked  time.Time // zero: not revoked
}

// Open reports whether the key is valid.
func (k APIKey) Open(now time.Time) bool {
	return k.Revoked.IsZero() && (k.Expires.IsZero() || now.Before(k.Expires))
}

// Session is a logged-in browser.
type Session struct {
	Token   string // the hash of the cookie's token
	Content []byte // the session data, opaque to the database
	Seen    time.Time
	Expires time.Time
}

// AuditEntry is one entry of the audit log: who did what to which object, when and from
// where. Nothing in it is secret.
type AuditEntry struct {
	ID     string
	At     time.Time
	Who    string // "user:ID", "key:ID"; empty if not logged in
	Name   string // their name at that time
	What   string // "user.change"
	Object string // "user:ID"
	From   string // the client's address
	Detail map[string]string
}

// AuditFilter selects entries of the audit log. Zero fields match all.
type AuditFilter struct {
	Who    string
	What   string
	Object string
	Since  time.Time
	Until  time.Time // exclusive
	// Before selects entries older than this position.
	Before PagePosition
	Limit  int
}

// PagePosition is the last item of a page in a list that is read newest first.
type PagePosition struct {
	At time.Time
	ID string
}
