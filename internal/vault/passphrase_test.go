package vault_test

import (
	"bytes"
	"testing"

	"adtally"
	"adtally/internal/vault"
)

func TestSealWith_OpensOnlyWithPassphraseAndContext(t *testing.T) {
	t.Parallel()
	word, text := adtally.NewSecret("correct horse battery"), adtally.NewSecret("KEY-CANARY")
	sealed := vault.SealWith(word, text, []byte("here"))
	if bytes.Contains(sealed, []byte("CANARY")) || bytes.Equal(sealed, vault.SealWith(word, text, []byte("here"))) {
		t.Error("it shows the text, or is the same twice")
	}
	if got, err := vault.OpenWith(word, sealed, []byte("here")); err != nil || got.Reveal() != "KEY-CANARY" {
		t.Errorf("%q, %v", got.Reveal(), err)
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)-1]++
	for what, c := range map[string]struct {
		word          string
		sealed, about []byte
	}{
		"another passphrase": {"correct horse batterz", sealed, []byte("here")}, "none": {"", sealed, []byte("here")}, "another place": {"correct horse battery", sealed, []byte("there")},
		"changed": {"correct horse battery", changed, []byte("here")}, "cut": {"correct horse battery", sealed[:20], []byte("here")}, "nothing": {"correct horse battery", nil, []byte("here")},
	} {
		_, err := vault.OpenWith(adtally.NewSecret(c.word), c.sealed, c.about)
		if f := adtally.FaultOf(err); f == nil || f.Code != "passphrase_wrong" || f.Act != adtally.Configure || f.Hint == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
}
