package graphsim_test

import (
	"runtime"
	"testing"
	"time"

	"adtally/internal/graphsim"
	"adtally/internal/graphsim/advertiser"
)

// Hundreds of accounts are cheap enough for every test.
func TestAccounts_ManyOnOnePage(t *testing.T) {
	size, err := advertiser.ParseSize("accounts=430,ads=3,days=30")
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	begun := time.Now()
	s := serve(t, graphsim.Options{}, advertiser.NewSynthetic(size, noon)...)
	built := time.Since(begun)
	begun = time.Now()
	accounts := s.all("me/adaccounts", "fields", "id,name,currency,timezone_name,account_status,amount_spent,balance", "limit", "100")
	listed := time.Since(begun)
	begun = time.Now()
	last := s.all(accounts[429]["id"].(string)+"/ads", "fields", "id,name")
	ad := decode[map[string]any](t, s.get(last[0]["id"].(string), "fields", "name"))
	found := time.Since(begun)
	runtime.GC()
	runtime.ReadMemStats(&after)
	t.Logf("built in %v, listed in %v, an ad found in %v, %d KB", built, listed, found, (after.HeapAlloc-before.HeapAlloc)>>10)
	if len(accounts) != 430 || ad["name"] != last[0]["name"] {
		t.Fatalf("%d accounts, %v", len(accounts), ad)
	}
	if built+listed+found > 5*time.Second { // a tenth of a second when measured; the machine may be busy
		t.Errorf("%v, %v and %v", built, listed, found)
	}
	runtime.KeepAlive(s)
}
