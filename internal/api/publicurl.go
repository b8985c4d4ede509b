package api

import (
	"fmt"
	"net/url"
	"strings"
)

// PublicURL validates and normalizes the address of the server as people reach it: a
// scheme and a host. A path is refused, because cookies, redirects and pages would
// need it as a prefix.
func PublicURL(text string) (string, error) {
	const like = "Write it like https://ads.example.com."
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Hostname() == "" || u.Opaque != "" || strings.HasSuffix(u.Host, ":") {
		return "", refusal("public_url", "The public address is not a valid URL", like)
	}
	u.Scheme = strings.ToLower(u.Scheme)
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return "", refusal("public_url", fmt.Sprintf("The public address begins with %s://; it must begin with https:// or http://", u.Scheme), like)
	case u.User != nil:
		return "", refusal("public_url", "The public address must not contain a user or a password", like)
	case u.Path != "" && u.Path != "/":
		return "", refusal("public_url", fmt.Sprintf("The public address has the path %s, but Adtally works only at the root of a host", u.Path), "Use a separate host name, such as https://ads.example.com.")
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return "", refusal("public_url", "The public address must not contain a query or a fragment", like)
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), nil
}
