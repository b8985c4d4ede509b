package main

import (
	"fmt"
	"strings"

	"golang.org/x/term"

	"adtally"
)

const tokenVariable = "ADTALLY_TOKEN"

// app returns the app from the environment, for commands without a service; zero = not
// set.
func (p *program) app() adtally.App {
	return adtally.App{ID: strings.TrimSpace(p.env("ADTALLY_APP_ID")), Secret: adtally.NewSecret(strings.TrimSpace(p.env("ADTALLY_APP_SECRET")))}
}

// token reads the access token from the environment or a prompt, never from an argument,
// which other users of the machine could see. It removes pasted white space.
func (p *program) token() (adtally.Secret, error) {
	text := p.env(tokenVariable)
	if text == "" && p.in != nil && term.IsTerminal(int(p.in.Fd())) {
		fmt.Fprint(p.err, "Access token (it is not shown): ")
		typed, err := term.ReadPassword(int(p.in.Fd()))
		fmt.Fprintln(p.err)
		if err != nil {
			return adtally.Secret{}, fmt.Errorf("read the token: %w", err)
		}
		text = string(typed)
	}
	text = strings.Join(strings.Fields(text), "")
	if text == "" {
		return adtally.Secret{}, wrong("no_token", "Set "+tokenVariable+", or run the command in a terminal and paste the token.", "There is no access token")
	}
	return adtally.NewSecret(text), nil
}
