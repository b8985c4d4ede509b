package vault

import (
	"fmt"

	"adtally"
)

// Codes of the store's faults that this package handles.
const (
	codeConflict   = "conflict"    // another process was faster
	codeKeyChanged = "key_changed" // the key that sealed is no longer the current one
)

func configure(code, message, hint string, err error) *adtally.Fault {
	return &adtally.Fault{Act: adtally.Configure, Code: code, Message: message, Hint: hint, Err: err}
}

// keyMissing is the fault of a missing key.
func keyMissing(keys Keyring, id string) *adtally.Fault {
	return configure("key_missing", fmt.Sprintf("The key %s, which seals stored secrets, is not in %s", id, keys),
		"Put it back, or set ADTALLY_KEY to it. If it is lost, so are the secrets: \"adtally vault discard\" deletes them, and every source must then be reconnected.", nil)
}

func wrong(keys Keyring, id string) *adtally.Fault {
	return configure("key_wrong", fmt.Sprintf("The key %s in %s does not open the secrets that it sealed", id, keys),
		"The database or the key is damaged. Restore both from the same backup.", nil)
}

func exposed(path string) *adtally.Fault {
	return configure("key_exposed", fmt.Sprintf("Other users can read the key file %s", path),
		fmt.Sprintf("Run \"chmod 600 %s\". If somebody may have read it, run \"adtally vault rotate\" after that.", path), nil)
}

func malformed(where string, err error) *adtally.Fault {
	return configure("key_malformed", fmt.Sprintf("%s holds no key", where),
		"A key is 32 random bytes in base64; \"openssl rand -base64 32\" prints one.", err)
}

func unreadable(keys Keyring, err error) *adtally.Fault {
	return configure("key_unreadable", fmt.Sprintf("The keys in %s cannot be read", keys),
		"Give read permission to the user that runs adtally, and to nobody else.", err)
}

func unwritable(keys Keyring, err error) *adtally.Fault {
	return configure("key_unwritable", fmt.Sprintf("Keys cannot be written to %s", keys),
		"Give write permission to the user that runs adtally, or set ADTALLY_KEY.", err)
}

func fixed(keys Keyring) *adtally.Fault {
	return configure("key_fixed", fmt.Sprintf("The keys come from %s, which adtally cannot change", keys),
		fmt.Sprintf("Set %s to the new key and the old one, separated by a comma, on every machine; then rotate. After that you can remove the old one.", keys), nil)
}

func empty() *adtally.Fault {
	return configure("secret_empty", "The secret is empty", "Paste the whole token.", nil)
}

// damaged is the fault of a secret that does not open although the key is right.
func damaged(s adtally.Sealed) *adtally.Fault {
	return &adtally.Fault{Act: adtally.Reconnect, Code: "secret_damaged",
		Message: fmt.Sprintf("Version %d of the credential %s does not open: it was modified or moved", s.Version, s.Credential),
		Hint:    "Reconnect the source. \"adtally vault discard\" deletes the secret that does not open."}
}

func busy(what string, err error) *adtally.Fault {
	return &adtally.Fault{Act: adtally.Retry, Code: codeConflict, Message: "Other processes interfered each time: " + what,
		Hint: "Try again in a moment.", Err: err}
}
