package api

import (
	"fmt"
	"net/url"
	"strings"
)

// PublicURL is the address that people reach the server at, as links and cookies
// need it: a scheme and a host. A path is refused, since cookies, redirects and the
// pages would have to stand below it as well.
func PublicURL(text string) (string, error) {
	const like = "Write it like https://ads.example.com."
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Hostname() == "" || u.Opaque != "" || strings.HasSuffix(u.Host, ":") {
		return "", refusal("public_url", "The public address is no address that people can open", like)
	}
	u.Scheme = strings.ToLower(u.Scheme)
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return "", refusal("public_url", fmt.Sprintf("The public address begins with %s://, and people reach Adtally by https:// or http://", u.Scheme), like)
	case u.User != nil:
		return "", refusal("public_url", "The public address holds a user or a password", like)
	case u.Path != "" && u.Path != "/":
		return "", refusal("public_url", fmt.Sprintf("The public address has the path %s, and Adtally works only at the root of a host", u.Path), "Give Adtally a name of its own, such as https://ads.example.com.")
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return "", refusal("public_url", "The public address has something behind its host", like)
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), nil
}
