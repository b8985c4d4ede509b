package store

import (
	"fmt"
	"strings"

	"adtally"
)

func configure(code, message, hint string, err error) *adtally.Fault {
	return &adtally.Fault{Act: adtally.Configure, Code: code, Message: strings.ToUpper(message[:1]) + message[1:], Hint: hint, Err: err}
}

func newer(p place, found, known int64) *adtally.Fault {
	return configure("ledger_newer",
		fmt.Sprintf("%s was written by a newer adtally (version %d of it; this program knows %d)", p, found, known),
		"Use the newer adtally, or name another place for its state.", nil)
}

const codeRunning = "sync_running"

func running(p place) *adtally.Fault {
	return configure(codeRunning, fmt.Sprintf("Another adtally is syncing with %s", p),
		"Let it finish, or stop it; or name another place for its state and another warehouse.", nil)
}

func notFound(what, id string) *adtally.Fault {
	return configure("not_found", fmt.Sprintf("There is no %s %s", what, id), "Look at the list again: it may have been deleted.", nil)
}

func conflict(what string) *adtally.Fault {
	return configure("conflict", "Another one was faster: "+what, "Look at it again, then try again.", nil)
}
