package api_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/api"
	"adtally/internal/store"
)

// platform is one that takes every token but those that say otherwise.
type platform struct{}

func (platform) Catalog() []adtally.Spec {
	return []adtally.Spec{{Name: "facebookads", Title: "Facebook Ads", Summary: "Ads."}}
}

func (platform) Tables(adtally.Source) ([]adtally.TableCard, error) {
	return []adtally.TableCard{{Name: "ads", Description: "Ads.", Key: []string{"id"}, Usual: true}}, nil
}

func (platform) Verify(_ context.Context, _ string, secret adtally.Secret) (adtally.Grant, error) {
	switch text := secret.Reveal(); {
	case strings.HasPrefix(text, "dead"):
		return adtally.Grant{}, &adtally.Fault{Act: adtally.Reconnect, Code: "token_expired", Message: "The token has expired", Hint: "Make a new one."}
	case strings.HasPrefix(text, "busy"):
		return adtally.Grant{}, &adtally.Fault{Act: adtally.Wait, Code: "throttled", Message: "Too much", Hint: "Wait.", Until: time.Now().Add(time.Hour)}
	case strings.HasPrefix(text, "less"):
		return adtally.Grant{Missing: []string{"ads_read"}}, nil
	}
	return adtally.Grant{Who: "Ana", Accounts: []adtally.Account{{ID: "7", Name: "Seven", Currency: "EUR", Zone: "UTC", Status: "ACTIVE"}}}, nil
}

// locker keeps nothing, and says that it did.
type locker struct{}

func (locker) Admit(context.Context, adtally.Credential, adtally.Secret, adtally.Grant, string) (adtally.CredentialVersion, error) {
	return adtally.CredentialVersion{Credential: "c1", Number: 1}, nil
}

// serviceOf is a service over a ledger of its own.
func serviceOf(t *testing.T) api.Service {
	t.Helper()
	db, err := store.Open(ctx, filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return api.Service{Sources: db, Accounts: db, Runs: db, Log: db, Platforms: platform{}, Vault: locker{}}
}

// R8, R24: what a platform says of a token is told as it is, and nothing is made.
func TestATokenThatIsNotGoodMakesNoSource(t *testing.T) {
	t.Parallel()
	h := newHouse(t).admin()
	for token, want := range map[string]struct {
		status int
		code   string
	}{"dead-token": {422, "token_expired"}, "less-token": {422, "permission"}, "busy-token": {503, "throttled"}} {
		h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"`+token+`"}`).refused(want.status, want.code)
	}
	if got := h.ask("GET", "/api/v1/sources", "").is(200).Body.String(); strings.Contains(got, `"id"`) {
		t.Errorf("there is a source: %s", got)
	}
	h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(201)
	second := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads"}`).is(201).Body.String()
	if !strings.Contains(second, `"dataset":"facebook_ads_2"`) || !strings.Contains(second, `"stage":"authentication"`) {
		t.Errorf("a second source: %s", second)
	}
}
