package main

import (
	"fmt"
	"strings"

	"golang.org/x/term"

	"adtally"
)

const tokenVariable = "ADTALLY_TOKEN"

// app is the installation's own at the platform, for the commands that work
// without a service; zero = none is named.
func (p *program) app() adtally.App {
	return adtally.App{ID: strings.TrimSpace(p.env("ADTALLY_APP_ID")), Secret: adtally.NewSecret(strings.TrimSpace(p.env("ADTALLY_APP_SECRET")))}
}

// token comes from the environment or a prompt, never from an argument, which
// other users of the machine could see. White space that a paste brought in is
// taken out.
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
		return adtally.Secret{}, wrong("no_token", "Put it into the environment variable "+tokenVariable+", or run the command in a terminal and paste it when asked.", "There is no access token")
	}
	return adtally.NewSecret(text), nil
}
