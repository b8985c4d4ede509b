package main

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"adtally"
)

const (
	passphraseVariable = "ADTALLY_BACKUP_PASSPHRASE" //nolint:gosec // the name of a variable
	// shortestPassphrase is that of NIST SP 800-63B-4 §3.1.1.2 for a secret that
	// stands alone.
	shortestPassphrase = 15
)

// passphrase comes from a file, the environment or a prompt, never from an argument.
// A new one is asked for twice and may not be short: whoever has the backup may
// guess as long as they like.
func (p *program) passphrase(file string, fresh bool) (word adtally.Secret, err error) {
	text := p.env(passphraseVariable)
	switch {
	case file != "":
		raw, err := os.ReadFile(file)
		if err != nil {
			return word, wrong("no_passphrase", "Name a file that can be read.", "The passphrase cannot be read: %w", err)
		}
		text, _, _ = strings.Cut(string(raw), "\n")
		text = strings.TrimSuffix(text, "\r")
	case text == "" && p.in != nil && term.IsTerminal(int(p.in.Fd())):
		if text, err = p.typePassphrase(fresh); err != nil {
			return word, err
		}
	}
	switch {
	case text == "":
		return word, wrong("no_passphrase", "Put it into the environment variable "+passphraseVariable+" or a file that --passphrase-file names, or run the command in a terminal.", "There is no passphrase")
	case fresh && len([]rune(text)) < shortestPassphrase:
		return word, wrong("passphrase_short", "Use several unrelated words.", "The passphrase is shorter than %d characters", shortestPassphrase)
	}
	return adtally.NewSecret(text), nil
}

func (p *program) typePassphrase(fresh bool) (string, error) {
	first, err := p.typeHidden("Passphrase (it is not shown): ")
	if err != nil || !fresh {
		return first, err
	}
	again, err := p.typeHidden("The same again: ")
	if err == nil && again != first {
		return "", wrong("passphrase_differs", "Enter the same passphrase twice.", "The two passphrases differ")
	}
	return first, err
}

func (p *program) typeHidden(question string) (string, error) {
	fmt.Fprint(p.err, question)
	typed, err := term.ReadPassword(int(p.in.Fd()))
	fmt.Fprintln(p.err)
	if err != nil {
		return "", fmt.Errorf("read the passphrase: %w", err)
	}
	return string(typed), nil
}
