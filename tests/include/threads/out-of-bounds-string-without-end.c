#include <stdio.h>

int main(void)
{
	char text[2] = { 'a', 'b' };

	printf("%.2s, %.*s\n", text, 2, text); /* cut to what there is */
	printf("%s\n", text);
	return 0;
}
