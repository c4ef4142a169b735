#include "base/reason.h"

#include "bip.h"

const bip__reason bip__reasons[] = {{"declined", BIP_DECLINED},
                                    {"vill ej svara", BIP_DECLINED},
                                    {"ønsker ikke at svare", BIP_DECLINED},
                                    {"dont_know", BIP_DONT_KNOW},
                                    {"vet ej", BIP_DONT_KNOW},
                                    {"ved ikke", BIP_DONT_KNOW},
                                    {"not_applicable", BIP_NOT_APPLICABLE},
                                    {"ej aktuellt", BIP_NOT_APPLICABLE},
                                    {"ikke relevant", BIP_NOT_APPLICABLE}};
const size_t bip__n_reasons = sizeof bip__reasons / sizeof *bip__reasons;
