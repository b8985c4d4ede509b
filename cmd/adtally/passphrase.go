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
	// shortestPassphrase follows NIST SP 800-63B-4 §3.1.1.2 for a password that is the
	// only factor.
	shortestPassphrase = 15
)

// passphrase reads the passphrase from a file, the environment or a prompt, never from
// an argument. A new one is entered twice and must not be short, because somebody who
// has the backup can guess without limit.
func (p *program) passphrase(file string, fresh bool) (word adtally.Secret, err error) {
	text := p.env(passphraseVariable)
	switch {
	case file != "":
		raw, err := os.ReadFile(file)
		if err != nil {
			return word, wrong("no_passphrase", "Choose a readable file.", "The passphrase cannot be read: %w", err)
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
		return word, wrong("no_passphrase", "Set "+passphraseVariable+", use --passphrase-file, or run the command in a terminal.", "There is no passphrase")
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
