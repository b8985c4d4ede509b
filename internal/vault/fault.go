package vault

import (
	"fmt"

	"adtally"
)

// The codes of the faults that stores answer with, and that are met here.
const (
	codeConflict   = "conflict"    // another one was faster
	codeKeyChanged = "key_changed" // the key that sealed is not the current one any more
)

func configure(code, message, hint string, err error) *adtally.Fault {
	return &adtally.Fault{Act: adtally.Configure, Code: code, Message: message, Hint: hint, Err: err}
}

// lacking: a key that something is sealed with is not at hand.
func lacking(keys Keyring, id string) *adtally.Fault {
	return configure("key_missing", fmt.Sprintf("The key %s, with which secrets are sealed, is not in %s", id, keys),
		"Put it back there, or start with ADTALLY_KEY set to it. If it is lost, so are the secrets: \"adtally vault discard\" gives them up, and every source is then connected anew.", nil)
}

func wrong(keys Keyring, id string) *adtally.Fault {
	return configure("key_wrong", fmt.Sprintf("The key %s in %s does not open what was sealed with it", id, keys),
		"The database or the key was damaged. Put both back from the same backup.", nil)
}

func exposed(path string) *adtally.Fault {
	return configure("key_exposed", fmt.Sprintf("Others may read the key file %s", path),
		fmt.Sprintf("Run \"chmod 600 %s\". If somebody may have read it, run \"adtally vault rotate\" after that.", path), nil)
}

func malformed(where string, err error) *adtally.Fault {
	return configure("key_malformed", fmt.Sprintf("%s holds no key", where),
		"A key is 32 random bytes in base64, such as \"openssl rand -base64 32\" prints.", err)
}

func unreadable(keys Keyring, err error) *adtally.Fault {
	return configure("key_unreadable", fmt.Sprintf("The keys in %s cannot be read", keys),
		"Let the user that adtally runs as read it, and nobody else.", err)
}

func unwritable(keys Keyring, err error) *adtally.Fault {
	return configure("key_unwritable", fmt.Sprintf("No key can be written to %s", keys),
		"Let the user that adtally runs as write there, or set ADTALLY_KEY.", err)
}

func fixed(keys Keyring) *adtally.Fault {
	return configure("key_fixed", fmt.Sprintf("The keys come from %s, which adtally cannot change", keys),
		fmt.Sprintf("Set %s to the new key and the old one with a comma between, on every machine; then rotate. After that the old one can go.", keys), nil)
}

func empty() *adtally.Fault {
	return configure("secret_empty", "There is no secret to keep", "Paste the whole token.", nil)
}

// damaged: the key is right, and the secret still does not open.
func damaged(s adtally.Sealed) *adtally.Fault {
	return &adtally.Fault{Act: adtally.Reconnect, Code: "secret_damaged",
		Message: fmt.Sprintf("Version %d of the credential %s does not open: it was changed, or belongs elsewhere", s.Version, s.Credential),
		Hint:    "Reconnect: give the secret again. \"adtally vault discard\" gives up the one that does not open."}
}

func busy(what string, err error) *adtally.Fault {
	return &adtally.Fault{Act: adtally.Retry, Code: codeConflict, Message: "Another process was faster each time: " + what,
		Hint: "Try again.", Err: err}
}
