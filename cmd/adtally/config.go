package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/pelletier/go-toml/v2"
)

// settings are the values of a TOML file whose keys are the names of the flags.
type settings map[string]any

// readSettings reads a file for the command line.
func readSettings(r io.Reader) (kong.Resolver, error) {
	var s settings
	err := toml.NewDecoder(r).Decode(&s)
	if at, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, column := at.Position()
		return nil, fmt.Errorf("line %d, column %d: %w", line, column, err)
	}
	return s, err
}

// Resolve returns a flag's value from the file, unless the environment sets it: the
// environment takes precedence over the file.
func (s settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if fromEnvironment(flag) {
		return nil, nil //nolint:nilnil // kong's word for "I have none"
	}
	value, there := s[flag.Name]
	if !there {
		return nil, nil //nolint:nilnil // the same
	}
	switch v := value.(type) {
	case string, bool, int64:
		return fmt.Sprint(v), nil
	case []any:
		texts := make([]string, len(v))
		for i, one := range v {
			texts[i] = fmt.Sprint(one)
		}
		return strings.Join(texts, ","), nil
	}
	return nil, fmt.Errorf("%s cannot be %T", flag.Name, value)
}

func fromEnvironment(flag *kong.Flag) bool {
	return slices.ContainsFunc(flag.Envs, func(name string) bool { return os.Getenv(name) != "" })
}

// Validate rejects settings that no command has, so that a misspelt name is noticed.
func (s settings) Validate(app *kong.Application) error {
	known := map[string]bool{}
	for _, command := range app.Children {
		for _, flag := range command.Flags {
			known[flag.Name] = true
		}
	}
	for name := range s {
		if !known[name] || name == "config" {
			return fmt.Errorf("the file of settings: there is no setting %q; adtally config lists them", name)
		}
	}
	return nil
}

// configCommand prints the settings that adtally serve would use.
type configCommand struct{ serveCommand }

// Run prints the settings as a TOML file, with the origin of each. Passwords are
// masked; keys and tokens are not settings.
func (c *configCommand) Run(k *kong.Context, p *program) error {
	origin := map[*kong.Flag]string{}
	for _, path := range k.Path {
		switch {
		case path.Flag == nil:
		case path.Resolved:
			origin[path.Flag] = "the file"
		default:
			origin[path.Flag] = "the command line"
		}
	}
	for _, flag := range k.Selected().Flags {
		if flag.Hidden || flag.Name == "help" || flag.Name == "config" {
			continue
		}
		from := origin[flag]
		switch {
		case from != "":
		case fromEnvironment(flag):
			from = "the environment"
		default:
			from = "the default"
		}
		line := fmt.Sprintf("%s = %s", flag.Name, shownSetting(k.FlagValue(flag)))
		if err := p.printf("%-48s # %s\n", line, from); err != nil {
			return err
		}
	}
	return nil
}

// shownSetting is a value as TOML, without a password in it.
func shownSetting(v any) string {
	switch v := v.(type) {
	case string:
		if u, err := url.Parse(v); err == nil && u.User != nil {
			v = u.Redacted()
		}
		return fmt.Sprintf("%q", v)
	case []string:
		texts := make([]string, len(v))
		for i, one := range v {
			texts[i] = fmt.Sprintf("%q", one)
		}
		return "[" + strings.Join(texts, ", ") + "]"
	}
	return fmt.Sprint(v)
}
