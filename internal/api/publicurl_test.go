package api_test

import (
	"strings"
	"testing"

	"adtally"
	"adtally/internal/api"
)

func TestPublicURL_MustBeTheRootOfAHost(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://ads.example.com": "https://ads.example.com", "https://ads.example.com/": "https://ads.example.com", "HTTPS://Ads.Example.com:8443": "https://ads.example.com:8443",
		"http://127.0.0.1:8085": "http://127.0.0.1:8085", "http://[::1]:8085": "http://[::1]:8085",
	} {
		if got, err := api.PublicURL(text); err != nil || got != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for text, says := range map[string]string{
		"https://host.example/sub": "/sub", "https://host.example//": "path", "ftp://host.example": "ftp://", "javascript:alert(1)": "not a valid URL", "host.example": "not a valid URL", "host.example:80": "not a valid URL",
		"//host.example": "https:// or http://", "": "not a valid URL", "https://": "not a valid URL", "https://host.example:": "not a valid URL", "https://me:hunter2@host.example": "password", "https://host.example?a=b": "a query or a fragment",
		"https://host.example/#x": "a query or a fragment", "file:///etc": "not a valid URL", "https://ho st.example": "not a valid URL",
	} {
		_, err := api.PublicURL(text)
		f := adtally.FaultOf(err)
		if f == nil || f.Code != "public_url" || !strings.Contains(f.Message, says) || f.Hint == "" || strings.Contains(f.Error(), "hunter2") {
			t.Errorf("%s: %v", text, err)
		}
		if text != "" {
			if _, err := api.New(api.Config{PublicURL: text}); adtally.FaultOf(err) == nil || adtally.FaultOf(err).Code != "public_url" {
				t.Errorf("a server at %s: %v", text, err)
			}
		}
	}
}
