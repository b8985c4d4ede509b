package store

import (
	"fmt"
	"strings"

	"adtally"
)

func configure(code, message, hint string, err error) *adtally.Fault {
	return &adtally.Fault{Act: adtally.Configure, Code: code, Message: strings.ToUpper(message[:1]) + message[1:], Hint: hint, Err: err}
}

func newer(p backend, found, known int64) *adtally.Fault {
	return configure("database_newer",
		fmt.Sprintf("%s was written by a newer adtally (version %d of it; this program knows %d)", p, found, known),
		"Use the newer version of adtally, or configure another place for its state.", nil)
}

// prerelease is the fault for a database from before the first release. Its tables have other
// names, and there is no migration from them to the baseline.
func prerelease(p backend) *adtally.Fault {
	return configure("database_prerelease", fmt.Sprintf("%s was written by a version of adtally before its first release", p),
		"Move it away, or configure another place for the state. A sync continues from what the warehouse holds; sources and people of a service must be set up again.", nil)
}

// versionFault returns the reason why this version of a database cannot be opened, or nil.
func versionFault(p backend, version, known int64) error {
	switch {
	case version > known:
		return newer(p, version, known)
	case version > 0 && version < baseline:
		return prerelease(p)
	}
	return nil
}

const codeRunning = "sync_running"

func running(p backend) *adtally.Fault {
	return configure(codeRunning, fmt.Sprintf("Another adtally is syncing with %s", p),
		"Wait for it or stop it, or configure another place for the state and another warehouse.", nil)
}

func notFound(what, id string) *adtally.Fault {
	return configure("not_found", fmt.Sprintf("There is no %s %s", what, id), "Refresh the list; it may have been deleted.", nil)
}

func conflict(what string) *adtally.Fault {
	return configure("conflict", "It was changed in the meantime: "+what, "Read it again and try again.", nil)
}
